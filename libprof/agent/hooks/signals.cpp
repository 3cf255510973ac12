// SPDX-License-Identifier: MIT
//
// Signals as a program sees them. Side: agent, floor 5 (hooks). See signals.h and control/own_signal.h.
//
// For every number but ours these are the real functions. Left alone: masks, since to block ours is a program's right
// and only makes snapshots wait; and sigset(), sigignore(), siginterrupt(), which nobody calls in a loop over all.
//
// Signals: async-signal-safe as the real ones. Cancellation: what waits is a cancellation point, and unwinds through
// us.
#include "hooks/signals.h"

#include <errno.h>

#include "base/next_symbol.h"
#include "hooks/hook.h"

namespace prof::signals {

namespace {

using Plain = void (*)(int);
constexpr unsigned word_bits = 64;  // of a sigset_t

struct Functions {
    int (*sigaction)(int number, const struct sigaction* wanted, struct sigaction* before);
    Plain (*signal)(int number, Plain handler);
    Plain (*sysv_signal)(int number, Plain handler);
    int (*sigpending)(sigset_t* waiting);
    int (*sigwait)(const sigset_t* wanted, int* number);
    int (*sigwaitinfo)(const sigset_t* wanted, siginfo_t* info);
    int (*sigtimedwait)(const sigset_t* wanted, siginfo_t* info, const timespec* at_most);
    int (*signalfd)(int fd, const sigset_t* wanted, int flags);
};
Functions real;

template <class Function>
void look_up(const char* name, Function*& function) noexcept {
    function = reinterpret_cast<Function*>(next_symbol(name));
}

// A sanitizer's runtime calls some of them before any constructor has run.
template <class Function>
bool is_found(Function*& function) noexcept {
    if (function == nullptr) [[unlikely]]
        find();
    return function != nullptr;
}

int missing() noexcept {
    errno = ENOSYS;
    return -1;
}

// The set without our signal, in `room`.
const sigset_t* without_ours(const sigset_t* set, sigset_t& room) noexcept {
    const unsigned number = own_signal::number();
    if (set == nullptr || number == 0) return set;
    room = *set;
    room.__val[(number - 1) / word_bits] &= ~(1UL << (number - 1) % word_bits);
    return &room;
}

Plain set(Plain (*&function)(int, Plain), int number, Plain handler) noexcept {
    if (!is_found(function)) return missing(), SIG_ERR;
    if (!own_signal::is_ours(number) || handler == SIG_ERR) return function(number, handler);
    struct sigaction wanted {
    }, before{};
    wanted.sa_handler = handler;
    if (!own_signal::answer(&wanted, &before) && function(number, handler) == SIG_ERR) return SIG_ERR;
    return before.sa_handler;
}

}  // namespace

void find() noexcept {
    look_up("sigaction", real.sigaction);
    look_up("signal", real.signal);
    look_up("sysv_signal", real.sysv_signal);
    look_up("sigpending", real.sigpending);
    look_up("sigwait", real.sigwait);
    look_up("sigwaitinfo", real.sigwaitinfo);
    look_up("sigtimedwait", real.sigtimedwait);
    look_up("signalfd", real.signalfd);
}

own_signal::Sigaction real_sigaction() noexcept { return real.sigaction; }

}  // namespace prof::signals

using namespace prof;
using namespace prof::signals;

PROF_HOOK int sigaction(int number, const struct sigaction* wanted, struct sigaction* before) noexcept {
    if (!is_found(real.sigaction)) return missing();
    if (!own_signal::is_ours(number)) [[likely]]
        return real.sigaction(number, wanted, before);
    return own_signal::answer(wanted, before) ? 0 : real.sigaction(number, wanted, nullptr);
}

PROF_HOOK Plain signal(int number, Plain handler) noexcept { return set(real.signal, number, handler); }
PROF_HOOK Plain bsd_signal(int number, Plain handler) noexcept { return set(real.signal, number, handler); }
PROF_HOOK Plain ssignal(int number, Plain handler) noexcept { return set(real.signal, number, handler); }
PROF_HOOK Plain sysv_signal(int number, Plain handler) noexcept { return set(real.sysv_signal, number, handler); }
PROF_HOOK Plain __sysv_signal(int number, Plain handler) noexcept { return set(real.sysv_signal, number, handler); }

PROF_HOOK int sigpending(sigset_t* waiting) noexcept {
    if (!is_found(real.sigpending)) return missing();
    const int result = real.sigpending(waiting);
    if (result != 0) return result;
    sigset_t room;
    const sigset_t* seen = without_ours(waiting, room);
    if (seen != waiting) *waiting = *seen;
    return 0;
}

PROF_HOOK int sigwait(const sigset_t* wanted, int* number) {
    sigset_t room;
    return !is_found(real.sigwait) ? ENOSYS : real.sigwait(without_ours(wanted, room), number);
}

PROF_HOOK int sigwaitinfo(const sigset_t* wanted, siginfo_t* info) {
    sigset_t room;
    return !is_found(real.sigwaitinfo) ? missing() : real.sigwaitinfo(without_ours(wanted, room), info);
}

PROF_HOOK int sigtimedwait(const sigset_t* wanted, siginfo_t* info, const timespec* at_most) {
    sigset_t room;
    return !is_found(real.sigtimedwait) ? missing() : real.sigtimedwait(without_ours(wanted, room), info, at_most);
}

PROF_HOOK int signalfd(int fd, const sigset_t* wanted, int flags) noexcept {
    sigset_t room;
    return !is_found(real.signalfd) ? missing() : real.signalfd(fd, without_ours(wanted, room), flags);
}
