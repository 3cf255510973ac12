// SPDX-License-Identifier: MIT
//
// Who hears. Side: agent, floor 3 (snapshot). See hearing.h.
//
// A thread in sigwait() must not be sent our signal: it would be given to the program. The kernel tells such a thread
// by the system call that it waits in. But one that was woken, and was not given a processor yet, shows no system call,
// and as its mask the one that it waits with: all signals taken. It looks like a thread that runs and hears everything.
//
// So whoever seems to run is looked at again until it has used up some time of a processor, and was never seen waiting
// for signals meanwhile. A thread that waits in short turns uses next to none. What was learnt of a thread is kept.
#include "snapshot/hearing.h"

#include <asm/unistd.h>
#include <linux/futex.h>
#include <time.h>

#include "base/syscalls.h"

namespace prof::snapshot {

namespace {

constexpr uint64_t enough_ns = 200'000;  // of a processor; waiting for signals in turns costs some 10 µs each
constexpr long look_again_ns = 500'000;
constexpr int most_looks = 40;

// The last few threads of a kind.
struct Known {
    static constexpr size_t kept = 256;
    uint32_t tid[kept];
    size_t count;

    bool has(uint32_t wanted) const noexcept {
        for (const uint32_t each : tid) {
            if (each == wanted) return true;
        }
        return false;
    }
    void add(uint32_t added) noexcept { tid[count++ % kept] = added; }
};
Known refusing, hearing;

Hearing look(LivingThread& thread, uint32_t signal, bool& seems_to_run) noexcept {
    seems_to_run = false;
    if (refusing.has(thread.tid)) return Hearing::refuses;
    Hearing found = hearing_of(thread.tid, signal, thread.has_signal);
    if (found == Hearing::hears) {
        const Wait wait = wait_of(thread.tid);
        if (wait.call == __NR_rt_sigtimedwait) found = Hearing::refuses;
        seems_to_run = wait.is_running;
    }
    if (found == Hearing::refuses) refusing.add(thread.tid);
    return found;
}

// Whether there is nothing more to learn about it.
bool is_settled(LivingThread& thread, bool seems_to_run) noexcept {
    if (thread.hearing != Hearing::hears || !seems_to_run || hearing.has(thread.tid)) return true;
    const uint64_t now_ns = processor_ns_of(thread.tid);
    if (thread.processor_ns == 0) thread.processor_ns = now_ns;
    if (now_ns - thread.processor_ns < enough_ns) return false;
    hearing.add(thread.tid);
    return true;
}

void sleep_a_little() noexcept {
    const uint32_t word = 0;
    const timespec time{.tv_sec = 0, .tv_nsec = look_again_ns};
    sys::call(__NR_futex, reinterpret_cast<long>(&word), FUTEX_WAIT_PRIVATE, word, reinterpret_cast<long>(&time));
}

}  // namespace

void learn_who_hears(Living& living, size_t from, uint32_t signal, Patience patience) noexcept {
    const auto own = static_cast<uint32_t>(sys::gettid());
    const int looks = patience == Patience::none ? 1 : most_looks;
    for (size_t i = from; i < living.count; ++i) living.thread[i].is_settled = living.thread[i].tid == own;
    for (int done = 0; done < looks; ++done) {
        if (done != 0) sleep_a_little();
        size_t unsettled = 0;
        for (size_t i = from; i < living.count; ++i) {
            LivingThread& thread = living.thread[i];
            if (thread.is_settled) continue;
            bool seems_to_run;
            thread.hearing = look(thread, signal, seems_to_run);
            thread.is_settled = is_settled(thread, seems_to_run);
            unsettled += !thread.is_settled;
        }
        if (unsettled == 0) return;
    }
}

}  // namespace prof::snapshot
