// SPDX-License-Identifier: MIT
//
// The freeze itself. Side: agent, floor 3 (snapshot). See freeze.h.
//
// Why a raw clone and not fork(): fork runs the program's atfork handlers and takes the allocator's locks. The copy is
// made with exit signal 0, so that the program's own wait() never sees it: only a wait with __WCLONE does, and that
// is ours. It works on a stack of its own, since the program's may be small.
#include "snapshot/freeze.h"

#include <asm/unistd.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base/arena.h"
#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "record/state.h"
#include "record/tables.h"
#include "snapshot/clock.h"
#include "snapshot/frozen.h"
#include "snapshot/guest.h"
#include "snapshot/output.h"
#include "snapshot/stop.h"

namespace prof::snapshot {

namespace {

constexpr size_t stack_bytes = 256 << 10;
constexpr uint64_t grace_ns = 10'000'000'000;  // beyond the deadline, for a copy that hangs
constexpr long mask_bytes = 8;
constexpr long untraced = 0x00800000;  // CLONE_UNTRACED: strace and gdb do not see a copy as a thread or child
constexpr int looks_at_once = 20,
              looks_at_most = 3000;  // whether a copy that is done has gone; then a millisecond apart

constexpr int most_tries = 8;                   // when threads were woken meanwhile
constexpr int most_tries_alike = 3;             // when one blocks the signal: it will do so again
constexpr uint64_t all_tries_ns = 150'000'000;  // of pause; there is no further try then
constexpr uint64_t word_ns = 10'000'000'000;    // after this the copy goes: the program was killed

struct Shared {
    uint32_t finished;  // futex
    uint32_t word;      // futex: number of the copy last judged << 1 | whether it is good
    uint64_t pause_ns;
    uint64_t ran;
    uint32_t writer;  // pid of the copy that writes, as it sees itself; 0: none does yet
    Outcome outcome;
};

Frozen frozen;
Shared* shared = nullptr;
char* child_stack = nullptr;
alignas(State) char state_before[sizeof(State)];
int child = 0;
uint32_t copies = 0;  // made so far; in a copy its own number
int leaving[4];       // copies that are done but not yet gone: giving back a large address space takes a while
bool any_leaving = false;
uint64_t give_up_ns = 0;
bool is_given_up = false;

struct Blocked {
    uint64_t before = 0;
    Blocked() noexcept {
        uint64_t all = ~uint64_t{0};
        sys::call(__NR_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&all), reinterpret_cast<long>(&before),
                  mask_bytes);
    }
    ~Blocked() { sys::call(__NR_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&before), 0, mask_bytes); }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
};

bool make_memory() noexcept {
    if (child_stack == nullptr) child_stack = static_cast<char*>(arena::map(stack_bytes));
    if (shared == nullptr) {
        shared = static_cast<Shared*>(
            sys::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS));
    }
    return child_stack != nullptr && shared != nullptr;
}

void note(const Order& order, const Registers& registers) noexcept {
    frozen.began_ns = monotonic_ns();
    tables::refresh_modules();
    guest().look();
    note_segments(frozen.segments);
    frozen.order = order;
    frozen.registers = registers;
    frozen.thread_pointer = thread_pointer();
    frozen.pid = static_cast<uint32_t>(sys::getpid());
    frozen.parent_pid = static_cast<uint32_t>(sys::call(__NR_getppid));
    frozen.tid = static_cast<uint32_t>(sys::gettid());
    frozen.own_bytes = tables::own_bytes();
    frozen.pause_ns = &shared->pause_ns;
    frozen.ran = &shared->ran;
    frozen.tick = tables::mark_snapshot();
    frozen.elapsed_ns = tables::elapsed_ns();
    frozen.snapshot_unix_ns = unix_ns();
}

// The recorder's state page is wiped in a copy, so that forked children of the program notice. This copy is not one:
// what the recorder knows is read here as it was.
void keep_state() noexcept { __builtin_memcpy(state_before, static_cast<const void*>(state_page), sizeof(State)); }
void restore_kept_state() noexcept { __builtin_memcpy(static_cast<void*>(state_page), state_before, sizeof(State)); }

// Waits for the word on this copy. A later copy may have been judged meanwhile: then this one was not good.
bool is_good() noexcept {
    const timespec at_most{.tv_sec = 1, .tv_nsec = 0};
    for (const uint64_t until = monotonic_ns() + word_ns; monotonic_ns() < until;) {
        const uint32_t word = __atomic_load_n(&shared->word, __ATOMIC_ACQUIRE);
        if (word >> 1 == copies) return (word & 1) != 0;
        if (word >> 1 > copies) return false;
        sys::call(__NR_futex, reinterpret_cast<long>(&shared->word), FUTEX_WAIT, word,
                  reinterpret_cast<long>(&at_most));
    }
    return false;
}

void child_main() {
    restore_kept_state();
    if (!is_good()) sys::exit_group(0);
    shared->writer = static_cast<uint32_t>(sys::getpid());
    const Outcome outcome = write_snapshot(frozen);
    shared->outcome = outcome;
    // Before the answer: whoever gets it may ask for the next snapshot at once.
    __atomic_store_n(&shared->finished, 1, __ATOMIC_RELEASE);
    if (frozen.order.done != nullptr) frozen.order.done(outcome);
    sys::call(__NR_futex, reinterpret_cast<long>(&shared->finished), FUTEX_WAKE, INT32_MAX);
    sys::exit_group(0);
}

// Leaves the copy of the program's stack as it is: it is a root.
[[noreturn]] void run_on(char* stack_end) noexcept {
    __asm__ volatile(
        "mov %0, %%rsp\n\t"
        "xor %%ebp, %%ebp\n\t"
        "call *%1\n\t"
        "hlt"
        :
        : "r"(stack_end), "r"(&child_main)
        : "memory");
    __builtin_unreachable();
}

// Stops the others, clones, lets them go. The clone's answer.
long copy_once() noexcept {
    ++copies;
    list_threads_to_stop(frozen.living);
    const uint64_t began_ns = monotonic_ns();
    stop_threads(frozen.living, frozen.registers, frozen.order.stops_all);
    keep_state();
    tables::keep_counters();
    const long made = sys::call(__NR_clone, untraced);
    if (made == 0) run_on(child_stack + stack_bytes);
    let_go();
    tables::drop_counters();
    __atomic_fetch_add(&shared->pause_ns, monotonic_ns() - began_ns, __ATOMIC_RELAXED);
    return made;
}

void give_word(bool is_good) noexcept {
    __atomic_store_n(&shared->word, copies << 1 | (is_good ? 1 : 0), __ATOMIC_RELEASE);
    sys::call(__NR_futex, reinterpret_cast<long>(&shared->word), FUTEX_WAKE, 1);
}

bool is_finished() noexcept { return __atomic_load_n(&shared->finished, __ATOMIC_ACQUIRE) != 0; }

// Whether a copy is there no more. An error of wait4 means that somebody else reaped it.
bool is_reaped(int pid) noexcept {
    const long answer = sys::call(__NR_wait4, pid, 0, WNOHANG | __WCLONE);
    return answer != 0 && answer != -EINTR;
}

void let_leave(int pid) noexcept {
    if (is_reaped(pid)) return;
    for (int& place : leaving) {
        if (place != 0) continue;
        place = pid;
        any_leaving = true;
        return;
    }
    sys::call(__NR_wait4, pid, 0, __WCLONE);
}

}  // namespace

void prepare(uint32_t signal_number) noexcept {
    allow_stops(signal_number);
    frozen.main_thread_pointer = thread_pointer();
    frozen.usable_size = reinterpret_cast<UsableSize>(next_symbol("malloc_usable_size"));
}

void forked() noexcept {
    if (shared != nullptr) sys::munmap(shared, sizeof(Shared));
    shared = nullptr;
    child = 0;
    for (int& pid : leaving) pid = 0;
    any_leaving = false;
    forget_stops();
    frozen.main_thread_pointer = thread_pointer();
}

int start(const Order& order, const Registers& registers) noexcept {
    if (!make_memory()) return ENOMEM;
    shared->finished = 0;
    shared->pause_ns = 0;
    shared->writer = 0;
    is_given_up = false;
    shared->outcome = {};
    note(order, registers);
    give_up_ns = frozen.began_ns + uint64_t{order.deadline_seconds} * 1'000'000'000 + grace_ns;
    const Blocked blocked;
    for (int tries = 1;; ++tries) {
        const long made = copy_once();
        if (made < 0) return static_cast<int>(-made);
        const Ran ran = count_who_ran(frozen.living);
        const int most = ran.woke > 0 ? most_tries : ran.stopless > 0 ? most_tries_alike : 1;
        const bool again = tries < most && __atomic_load_n(&shared->pause_ns, __ATOMIC_RELAXED) < all_tries_ns;
        shared->ran = ran.woke + ran.stopless;
        give_word(!again);
        if (!again) {
            child = static_cast<int>(made);
            return 0;
        }
        let_leave(static_cast<int>(made));
    }
}

bool while_still(const Registers& registers, void (*act)() noexcept) noexcept {
    const Blocked blocked;
    for (int tries = 1;; ++tries) {
        list_threads_to_stop(frozen.living);
        stop_threads(frozen.living, registers, false);
        const Ran before = count_who_ran(frozen.living);
        const bool acts = before.stopless == 0 && (before.woke == 0 || tries == most_tries);
        if (acts) act();
        if (acts) tables::lose(PROF_LOSS_COUNTER_UPDATES, count_who_ran(frozen.living).woke);
        let_go();
        if (acts || tries == most_tries) return acts;
    }
}

bool has_ended(Outcome& outcome) noexcept {
    if (child == 0) return true;
    if (is_finished()) {
        let_leave(child);
        outcome = shared->outcome;
    } else if (is_reaped(child)) {
        // It may have finished between the two looks.
        outcome = is_finished() ? shared->outcome : Outcome{.error = is_given_up ? ETIMEDOUT : EFAULT};
        if (!is_finished() && shared->writer != 0) remove_unfinished(frozen.order.path, shared->writer);
    } else {
        if (monotonic_ns() > give_up_ns) {
            is_given_up = true;
            sys::call(__NR_kill, child, SIGKILL);
        }
        return false;
    }
    child = 0;
    return true;
}

void reap() noexcept {
    if (!any_leaving) return;
    any_leaving = false;
    for (int& pid : leaving) {
        if (pid != 0 && is_reaped(pid)) pid = 0;
        any_leaving |= pid != 0;
    }
}

void see_off() noexcept {
    const timespec a_while{.tv_sec = 0, .tv_nsec = 1'000'000};
    for (int looks = 0; looks < looks_at_most; ++looks) {
        reap();
        if (!any_leaving) return;
        if (looks < looks_at_once) {
            sys::call(__NR_sched_yield);
        } else {
            sys::call(__NR_nanosleep, reinterpret_cast<long>(&a_while));
        }
    }
}

Outcome wait() noexcept {
    Outcome outcome{};
    const timespec at_most{.tv_sec = 0, .tv_nsec = 50'000'000};
    while (!has_ended(outcome)) {
        sys::call(__NR_futex, reinterpret_cast<long>(&shared->finished), FUTEX_WAIT, 0,
                  reinterpret_cast<long>(&at_most));
    }
    return outcome;
}

}  // namespace prof::snapshot
