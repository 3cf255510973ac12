// SPDX-License-Identifier: MIT
//
// From the registers of a hook's caller to a stack number.
//
// Side:    agent, floor 2 (record).
// Threads: works on the calling thread's own stack and Thread. Signals: inside the reentrancy guard.
// The fast walk follows rsp and rbp through cached rules and stops where it meets the memo (memo.h). The slow one
// (slow_walk.cpp) follows all registers; it is taken for stacks with a frame that needs it, such as a signal frame.
#pragma once

#include <cstdint>

#include "recorder.h"
#include "state.h"
#include "threads.h"

namespace prof::walk {

enum class End : uint8_t {
    met,         // the rest is in the memo
    complete,    // reached the outermost frame
    incomplete,  // a frame without a description, or one that makes no sense
    truncated,   // more frames than we keep
    slow,        // take the slow walk
};

// The same where the stack differs from the last one, or may do so.
uint32_t capture_anew(Thread& thread, const recorder::Caller& caller, uint64_t epoch) noexcept;

// The caller's stack number, 0 when there was no memory, counted.
[[gnu::always_inline]] inline uint32_t capture(Thread& thread, const recorder::Caller& caller) noexcept {
    const Memo& memo = thread.memo;
    const Frame& last = memo.innermost();
    const uint64_t epoch = state().rule_epoch.load(std::memory_order_relaxed);
    if (last.is_at(caller.return_address, caller.stack_pointer, caller.frame_pointer) && epoch == memo.epoch &&
        memo.stack != 0 && memo.stands(last)) [[likely]]
        return memo.stack;
    return capture_anew(thread, caller, epoch);
}

// Fills thread.fresh from the outside of our own frames; `count` frames.
End follow_all_registers(Thread& thread, const recorder::Caller& caller, uint32_t& count) noexcept;

// Undoes calls that the thread is in; see recorder::undo_calls().
bool undo_calls(Thread& thread, const recorder::Caller& caller, uintptr_t function,
                uint64_t (&registers)[recorder::register_count]) noexcept;

// Whether [start, end) can be read; at most 64 pages.
bool is_readable(uintptr_t start, uintptr_t end) noexcept;

}  // namespace prof::walk
