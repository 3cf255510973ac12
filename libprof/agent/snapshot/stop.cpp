// SPDX-License-Identifier: MIT
//
// How threads are stopped. Side: agent, floor 3 (snapshot). See stop.h; docs/decisions/0004-freeze.md has the figures.
//
// A copy made by fork is not one instant: the kernel goes through the page tables while other processors still write.
// A thread that moves the only pointer to a block from a page not yet copied to one that was makes a block that the
// copy has lost. So nobody may run. What each thread does decides how it is kept from it:
//
//   it does                          so
//   runs                             it gets the signal; its handler notes its registers and waits
//   runs inside of our recorder,     the handler lets it go on to the end of the hook, where it waits; a block that
//   or between the steps of realloc  is being moved would be in no table
//   waits for a futex, for ever      gets the signal too: the kernel makes that call again as if nothing had been
//   waits elsewhere in the kernel    is left alone, since its call would say EINTR. Whether it was woken meanwhile
//                                    shows in how often it was given a processor; then the copy is made again
//   blocks all signals, as libc does gets the signal, and hears it in a moment
//   where threads start, end, fork
//   blocks the signal itself         runs on, and the snapshot says so: sigwait() would show it to the program
//
// The signal is queued with the address of the thread's place in our table, which tells it from a request and makes
// one that comes too late harmless.
#include "snapshot/stop.h"

#include <asm/unistd.h>
#include <linux/futex.h>
#include <time.h>

#include "base/syscalls.h"
#include "record/recorder.h"
#include "snapshot/clock.h"
#include "snapshot/hearing.h"

namespace prof::snapshot {

namespace {

constexpr uint64_t stop_ns = 100'000'000;         // until all stand still
constexpr uint64_t patience_ns = 10'000'000'000;  // of a thread that stands still: a clone always returns
constexpr long look_again_ns = 1'000'000;
constexpr int most_rounds = 8;

uint32_t stop_signal = 0;
Living* called = nullptr;  // the table whose threads were sent the signal
uint32_t gate = 0;         // futex: number of the freeze under way, 0 when there is none
uint32_t freezes = 0;
uint32_t arrivals = 0;  // futex: goes up when a thread answers
uint32_t own_tid = 0;   // of the thread that freezes

long address(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

void wait_while(uint32_t& word, uint32_t value, long ns) noexcept {
    const timespec time{.tv_sec = 0, .tv_nsec = ns};
    sys::call(__NR_futex, address(&word), FUTEX_WAIT_PRIVATE, value, address(&time));
}
void wake(uint32_t& word, int most) noexcept { sys::call(__NR_futex, address(&word), FUTEX_WAKE_PRIVATE, most); }

Stand stand_of(const LivingThread& thread) noexcept {
    return static_cast<Stand>(__atomic_load_n(&thread.stand, __ATOMIC_ACQUIRE));
}
bool turn(LivingThread& thread, uint32_t from, Stand to) noexcept {
    return __atomic_compare_exchange_n(&thread.stand, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}
bool is_awaited(const LivingThread& thread) noexcept {
    const Stand stand = stand_of(thread);
    return stand == asked || stand == occupied;
}

// ---- Asking --------------------------------------------------------------------------------------------------------

void ask(LivingThread& thread) noexcept {
    // The one that waits for it brings it here just as well. Should it have come meanwhile, look_again() sends another.
    if (thread.has_signal) return __atomic_store_n(&thread.stand, asked, __ATOMIC_RELEASE);
    siginfo_t info;
    info.si_signo = static_cast<int>(stop_signal);
    info.si_errno = 0;
    info.si_code = SI_QUEUE;
    info.si_pid = sys::getpid();
    info.si_uid = 0;
    info.si_value.sival_ptr = &thread;
    __atomic_store_n(&thread.stand, asked, __ATOMIC_RELEASE);
    if (sys::call(__NR_rt_tgsigqueueinfo, info.si_pid, thread.tid, info.si_signo, address(&info)) < 0) {
        turn(thread, asked, thread.stack_pointer != 0 ? alone : running);
    }
}

// A wait that the kernel takes up again after a handler as if nothing had been: without a time limit.
bool is_taken_up_again(const Wait& wait) noexcept {
    constexpr uint64_t flags = FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME;
    const uint64_t what = wait.arguments[1] & ~flags;
    return wait.call == __NR_futex && (what == FUTEX_WAIT || what == FUTEX_WAIT_BITSET) && wait.arguments[3] == 0;
}

void note_place(LivingThread& thread, const Wait& wait) noexcept {
    thread.stack_pointer = wait.stack_pointer;
    thread.program_counter = wait.program_counter;
}

void meet(LivingThread& thread, bool stops_all) noexcept {
    thread.turns = turns_of(thread.tid);
    const Wait wait = wait_of(thread.tid);
    note_place(thread, wait);
    const bool waits = !wait.is_running && wait.call >= 0;
    if (thread.hearing == Hearing::hears && (!waits || stops_all || is_taken_up_again(wait))) return ask(thread);
    const bool may_run = wait.is_running && !(stop_signal != 0 && thread.hearing == Hearing::never);
    __atomic_store_n(&thread.stand, may_run ? running : alone, __ATOMIC_RELEASE);
}

// One that was asked, but waits in the kernel: for a lock, inside realloc; for a disk. It cannot come.
void look_again(LivingThread& thread) noexcept {
    if (!is_awaited(thread)) return;
    const uint64_t turns = turns_of(thread.tid);
    const Wait wait = wait_of(thread.tid);
    if (turns == UINT64_MAX) {  // it ended
        turn(thread, asked, alone);
        turn(thread, occupied, alone);
        thread.turns = turns;
    } else if (!wait.is_running && wait.call >= 0) {
        thread.turns = turns;
        note_place(thread, wait);
        if (!turn(thread, asked, alone)) turn(thread, occupied, alone);
    } else if (turn(thread, occupied, asked) || thread.has_signal) {
        thread.has_signal = false;
        ask(thread);
    }
}

void give_up(LivingThread& thread) noexcept {
    const Stand now = thread.stack_pointer != 0 ? alone : running;
    if (!turn(thread, asked, now)) turn(thread, occupied, now);
}

void wait_for_all(Living& living, uint64_t until_ns) noexcept {
    for (;;) {
        const uint32_t seen = __atomic_load_n(&arrivals, __ATOMIC_ACQUIRE);
        size_t awaited = 0;
        for (size_t i = 0; i < living.count; ++i) awaited += is_awaited(living.thread[i]);
        if (awaited == 0) return;
        if (monotonic_ns() > until_ns) break;
        wait_while(arrivals, seen, look_again_ns);
        if (__atomic_load_n(&arrivals, __ATOMIC_ACQUIRE) != seen) continue;
        for (size_t i = 0; i < living.count; ++i) look_again(living.thread[i]);
    }
    for (size_t i = 0; i < living.count; ++i) give_up(living.thread[i]);
}

// Those that woke while the others came: now they can be asked. Says how many.
size_t meet_again(Living& living, bool stops_all) noexcept {
    size_t woken = 0;
    for (size_t i = 0; i < living.count; ++i) {
        LivingThread& thread = living.thread[i];
        if (stand_of(thread) != alone || turns_of(thread.tid) == thread.turns) continue;
        meet(thread, stops_all);
        ++woken;
    }
    return woken;
}

void note_registers(Living& living, const Registers& own) noexcept {
    for (size_t i = 0; i < living.count; ++i) {
        LivingThread& thread = living.thread[i];
        if (stand_of(thread) != still) continue;
        thread.registers = thread.tid == own_tid ? &own : &thread.saved;
        thread.stack_pointer = thread.registers->value[Registers::stack_pointer];
        thread.program_counter = thread.registers->value[Registers::program_counter];
    }
}

// ---- Standing still ------------------------------------------------------------------------------------------------

void arrive() noexcept {
    __atomic_fetch_add(&arrivals, 1, __ATOMIC_ACQ_REL);
    wake(arrivals, 1);
}

LivingThread* place_of(uint32_t tid) noexcept {
    Living* table = __atomic_load_n(&called, __ATOMIC_ACQUIRE);
    return table == nullptr ? nullptr : const_cast<LivingThread*>(table->find(tid));
}

void stand_still_as(uint32_t tid, const Registers& registers) noexcept {
    const uint64_t until_ns = monotonic_ns() + patience_ns;
    while (const uint32_t number = __atomic_load_n(&gate, __ATOMIC_ACQUIRE)) {
        // Each time: the next freeze may begin before we are back in the program, and has a table of its own.
        LivingThread* thread = place_of(tid);
        if (thread != nullptr && is_awaited(*thread)) {
            thread->saved = registers;
            thread->thread_pointer = thread_pointer();
            if (turn(*thread, asked, still) || turn(*thread, occupied, still)) arrive();
        }
        if (monotonic_ns() > until_ns) return;
        wait_while(gate, number, look_again_ns);
    }
}

}  // namespace

void allow_stops(uint32_t signal_number) noexcept { stop_signal = signal_number; }

void list_threads_to_stop(Living& living) noexcept {
    own_tid = static_cast<uint32_t>(sys::gettid());
    living.count = 0;
    __atomic_store_n(&called, &living, __ATOMIC_RELEASE);
    list_new_threads(living);
    if (stop_signal != 0) learn_who_hears(living, 0, stop_signal, Patience::takes_its_time);
}

void stop_threads(Living& living, const Registers& own, bool all) noexcept {
    if (++freezes == 0) ++freezes;
    __atomic_store_n(&gate, freezes, __ATOMIC_RELEASE);
    const uint64_t until_ns = monotonic_ns() + stop_ns;
    size_t met = 0;
    for (int round = 0; round < most_rounds; ++round) {
        for (; met < living.count; ++met) {
            LivingThread& thread = living.thread[met];
            if (thread.tid == own_tid) {
                thread.thread_pointer = thread_pointer();
                thread.stand = still;
            } else {
                meet(thread, all);
            }
        }
        wait_for_all(living, until_ns);
        // Whoever was not yet stopped may have started others.
        if (living.count == 1 || (meet_again(living, all) == 0 && list_new_threads(living) == 0)) break;
        if (stop_signal != 0) learn_who_hears(living, met, stop_signal, Patience::none);
    }
    note_registers(living, own);
}

void let_go() noexcept {
    __atomic_store_n(&gate, 0, __ATOMIC_RELEASE);
    wake(gate, INT32_MAX);
}

Ran count_who_ran(const Living& living) noexcept {
    Ran ran{0, living.left_out};
    for (size_t i = 0; i < living.count; ++i) {
        const LivingThread& thread = living.thread[i];
        const Stand stand = stand_of(thread);
        if (stand == running || stand == unmet) ++ran.stopless;
        if (stand == alone && turns_of(thread.tid) != thread.turns) ++ran.woke;
    }
    return ran;
}

bool is_stop(const siginfo_t& info) noexcept {
    const Living* table = __atomic_load_n(&called, __ATOMIC_ACQUIRE);
    if (table == nullptr || info.si_code != SI_QUEUE || info.si_pid != sys::getpid()) return false;
    const auto at = reinterpret_cast<uintptr_t>(info.si_value.sival_ptr);
    const auto start = reinterpret_cast<uintptr_t>(table->thread);
    return at >= start && at < start + sizeof table->thread;
}

void hear_stop(const ucontext_t& context) noexcept {
    const auto tid = static_cast<uint32_t>(sys::gettid());
    if (!is_stopping() || tid == own_tid) return;
    if (recorder::is_between()) {
        recorder::look_soon();
        if (LivingThread* thread = place_of(tid)) turn(*thread, asked, occupied);
        return;
    }
    Registers registers;
    capture(registers, context);
    stand_still_as(tid, registers);
}

bool is_stopping() noexcept { return __atomic_load_n(&gate, __ATOMIC_ACQUIRE) != 0; }

void stand_still(const Registers& registers) noexcept {
    const auto tid = static_cast<uint32_t>(sys::gettid());
    if (tid != own_tid) stand_still_as(tid, registers);
}

void forget_stops() noexcept {
    __atomic_store_n(&gate, 0, __ATOMIC_RELEASE);
    called = nullptr;
}

}  // namespace prof::snapshot
