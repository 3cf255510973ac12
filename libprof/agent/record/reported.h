// SPDX-License-Identifier: MIT
//
// What the program reports of blocks that it hands out itself (prof_block_allocated and its neighbours in prof.h).
//
// Side:    agent, floor 2 (record).
// Threads: as recorder.h: by any thread at any time, no lock.
// Signals: a call that interrupts another one on the same thread counts a loss and returns.
//
// Blocks that are reported never overlap one another, and lie in one block of malloc wholly or not at all; what is said
// to the contrary ends the older one, or is not taken. So the bytes of each are taken from those of the block around
// it, which can always give them, and no byte counts twice.
//
// A recorder that samples takes none: what lies in a block of malloc would have to be taken from one that is seldom in
// the sample. There a pool is the block that malloc gave.
#pragma once

#include <cstddef>
#include <cstdint>

#include "recorder.h"

namespace prof::reported {

void allocated(void* block, size_t bytes, const recorder::Caller& caller) noexcept;
void freed(void* block) noexcept;
// All that begin in this range.
void freed_in(void* start, size_t bytes) noexcept;

// A block of malloc with this stack is no more, and with it what was handed out of it. Asked inside an event, when
// pools::any().
void end_inside(uintptr_t address, uint64_t bytes, uint32_t stack) noexcept;

}  // namespace prof::reported
