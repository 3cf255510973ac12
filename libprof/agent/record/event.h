// SPDX-License-Identifier: MIT
//
// An event of this thread, for those of the recorder who are not on its hot path (reported.cpp): the way in and out,
// and what is counted meanwhile. recorder.cpp has the same as inline functions.
//
// Side:    agent, floor 2 (record).
// Threads: each function by the thread that is inside.
#pragma once

#include "recorder.h"
#include "threads.h"

namespace prof::event {

// This thread's Thread, marked as inside; null, counted, when nothing is to be recorded. Each begin() has its end().
Thread* begin() noexcept;
void end(Thread& thread) noexcept;

bool is_stopped() noexcept;  // frees are seen, new blocks are not

uint32_t stack_of(Thread& thread, const recorder::Caller& caller) noexcept;
void count_allocated(Thread& thread, uint32_t stack, uint64_t bytes) noexcept;
void count_freed(Thread& thread, uint32_t stack, uint32_t birth, uint64_t bytes, bool temporary) noexcept;
// The blocks of a stack have so many bytes more or less than was counted when they came: what is handed out of them is
// counted where it is handed out. Called in pairs, so that what lives in all stays the same.
void count_shift(Thread& thread, uint32_t stack, int64_t bytes) noexcept;
// A block is another stack's from now on, as if it always had been.
void count_moved(Thread& thread, uint32_t from, uint32_t to, uint64_t bytes) noexcept;

}  // namespace prof::event
