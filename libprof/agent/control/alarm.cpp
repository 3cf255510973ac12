// SPDX-License-Identifier: MIT
//
// The alarm. Side: agent, floor 4 (control). See alarm.h.
#include "control/alarm.h"

#include <asm/unistd.h>
#include <time.h>

#include "base/syscalls.h"

namespace prof::alarm {

namespace {

int timer = -1;  // as the kernel numbers them
uint64_t rings_ns = never;
char mark;  // its address tells our timer from others

uint64_t load() noexcept { return __atomic_load_n(&rings_ns, __ATOMIC_RELAXED); }

void set(uint64_t at_ns) noexcept {
    itimerspec time{};
    if (at_ns != never) {
        time.it_value.tv_sec = static_cast<time_t>(at_ns / 1'000'000'000);
        time.it_value.tv_nsec = static_cast<long>(at_ns % 1'000'000'000);
    }
    sys::call(__NR_timer_settime, timer, TIMER_ABSTIME, reinterpret_cast<long>(&time));
}

}  // namespace

void start(uint32_t signal_number) noexcept {
    if (signal_number == 0) return;
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = static_cast<int>(signal_number);
    event.sigev_value.sival_ptr = &mark;
    int made = -1;
    const long got =
        sys::call(__NR_timer_create, CLOCK_MONOTONIC, reinterpret_cast<long>(&event), reinterpret_cast<long>(&made));
    timer = got < 0 ? -1 : made;
}

void forget() noexcept {
    timer = -1;
    rings_ns = never;
}

void stop() noexcept {
    if (timer >= 0) sys::call(__NR_timer_delete, timer);
    forget();
}

void ring_at(uint64_t at_ns) noexcept {
    if (timer < 0 || __atomic_exchange_n(&rings_ns, at_ns, __ATOMIC_RELAXED) == at_ns) return;
    set(at_ns);
}

void ring_by(uint64_t at_ns) noexcept {
    uint64_t before = load();
    if (timer < 0 || before <= at_ns) return;
    if (__atomic_compare_exchange_n(&rings_ns, &before, at_ns, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) set(at_ns);
}

bool is_ours(const siginfo_t& info) noexcept { return info.si_code == SI_TIMER && info.si_value.sival_ptr == &mark; }

}  // namespace prof::alarm
