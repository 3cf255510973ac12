// SPDX-License-Identifier: MIT
//
// The threads that live at the freeze, what the kernel says of them, and where their stacks end.
//
// Side:    agent, floor 3 (snapshot). Noted by the program's own thread just before the freeze.
// Memory:  a fixed table; threads beyond it are counted in `left_out`.
//
// A thread that waits in the kernel shows stack pointer and program counter in /proc/self/task/TID/syscall; one that
// runs does not.
// stop.h makes those stand still and adds their registers. Where it cannot, the whole stack is taken.
#pragma once

#include <cstddef>
#include <cstdint>

#include "snapshot/registers.h"

namespace prof::snapshot {

enum Stand : uint32_t {
    unmet,     // listed, and nothing else
    alone,     // waits in the kernel, and was left there
    asked,     // was sent the signal
    occupied,  // heard it, but has to finish something of ours first
    still,     // stands still, its registers known
    running,   // runs on: it cannot be stopped
};

enum class Hearing : uint8_t {
    never,    // it has ended
    unknown,  // nobody says: no more files can be opened. It counts as one that runs on
    refuses,  // it blocks the signal, or waits for it: sigwait() would show it to the program
    hears,    // now, or in a moment: it blocks even those that libc keeps for itself, as libc does where threads start,
              // end and fork, and as our handler does, from which it may be just coming
};

struct LivingThread {
    uint32_t tid;
    uint32_t stand;             // atomic: Stand
    uintptr_t stack_pointer;    // 0: it was running
    uintptr_t program_counter;  // the same
    uintptr_t thread_pointer;   // 0: unknown
    uint64_t turns;             // how often it had been given a processor
    uint64_t processor_ns;      // when it was first looked at; 0: not yet
    Hearing hearing;
    bool is_settled;             // how it hears is known
    bool has_signal;             // from an earlier freeze; it was not given a processor since
    const Registers* registers;  // null: unknown
    Registers saved;
};

struct Living {
    static constexpr size_t most = 8192;
    LivingThread thread[most];
    size_t count;
    size_t left_out;

    const LivingThread* find(uint32_t tid) const noexcept {
        for (size_t i = 0; i < count; ++i) {
            if (thread[i].tid == tid) return &thread[i];
        }
        return nullptr;
    }
};

// Adds the threads of this process that are not listed yet, and says how many.
size_t list_new_threads(Living& living) noexcept;

// What a thread does in the kernel.
struct Wait {
    bool is_running;  // it does not wait
    long call;        // number of the system call, -1 for none: a page fault
    uint64_t arguments[6];
    uintptr_t stack_pointer;  // 0 while it runs, like the next
    uintptr_t program_counter;
};
Wait wait_of(uint32_t tid) noexcept;

// How often it was given a processor, UINT64_MAX when it is gone: unchanged means that it did not run in between. Where
// the kernel does not say, never the same.
uint64_t turns_of(uint32_t tid) noexcept;
// The time for which it had one, as far as the kernel has added it up: up to a tick late.
uint64_t processor_ns_of(uint32_t tid) noexcept;

// Whether it would take the signal; `has_one` whether one waits for it already.
Hearing hearing_of(uint32_t tid, uint32_t signal, bool& has_one) noexcept;

}  // namespace prof::snapshot
