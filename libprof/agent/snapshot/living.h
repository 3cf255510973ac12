// SPDX-License-Identifier: MIT
//
// The threads that live at the freeze, and where their stacks end.
//
// Side:    agent, floor 3 (snapshot). Noted by the program's own thread just before the freeze.
// Memory:  a fixed table; threads beyond it are counted in `left_out`.
//
// A thread that waits in the kernel shows its stack pointer in /proc/self/task/TID/syscall; one that runs does not,
// and its whole stack is taken instead. This is where threads that were stopped for the freeze add their registers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "snapshot/registers.h"

namespace prof::snapshot {

struct LivingThread {
    uint32_t tid;
    uintptr_t stack_pointer;     // 0: it was running
    const Registers* registers;  // null: unknown
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

// All threads of this process; the calling one has `registers`.
void note_threads(Living& living, const Registers& registers) noexcept;

}  // namespace prof::snapshot
