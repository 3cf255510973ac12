// SPDX-License-Identifier: MIT
//
// What the program asks of the tables while it runs (prof_allocation_stack, prof_reset_peak).
//
// Side:    agent, floor 2 (record).
// Threads: by any thread at any time; what another thread frees meanwhile may be found or not.
// Signals: async-signal-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::asked {

// The return addresses of the stack that allocated the block around `address`, innermost first, as many as there is
// room for. How many it has; 0: no block is known there, or its stack is not. Of blocks in blocks, the inner one's.
size_t allocation_stack(uintptr_t address, void** frames, size_t most) noexcept;

void reset_peak() noexcept;

}  // namespace prof::asked
