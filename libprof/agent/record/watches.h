// SPDX-License-Identifier: MIT
//
// Blocks whose end the program wants to be told of (prof_watch in prof.h), as Python's weak references tell: a watch
// holds nothing, and is gone when it has told.
//
//   block -> one of 262,144 buckets -> a chain of places; a place that is in none waits in the chain of free ones
//
// Side:    agent, floor 2 (record).
// Threads: one lock for all chains, taken inside of the recorder; a free looks without it whether its bucket is empty.
//          Whoever is called is called outside of both, when the place is in no chain any more.
// Signals: a handler that interrupted the recorder finds it closed: its watches are refused, its frees counted.
// Memory:  48 bytes a place; nothing before the first watch.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace prof::watches {

using Callback = void (*)(void* object, void* context);

inline constexpr uint32_t most = (1u << 20) - 1;

extern std::atomic<uint32_t> waiting;  // how many
inline bool any() noexcept { return waiting.load(std::memory_order_relaxed) != 0; }

// `callback` is called when the live block around `object` is freed. Its number; 0: no live block is known there, or
// there is no room (counted).
uint64_t watch(void* object, Callback callback, void* context) noexcept;
// Whether it waited still: then nobody will be called.
bool unwatch(uint64_t number) noexcept;

void reset_lock() noexcept;  // after a fork

// ---- For the recorder, outside of any record: who is called may allocate, free and watch ----

// The block is about to be freed; with it ends what the program handed out of it.
void tell(uintptr_t block) noexcept;
// All that the program handed out and that begins in [start, end) comes back.
void tell_handed_out(uintptr_t start, uintptr_t end) noexcept;

// A realloc gives the block back before anybody knows whether it moves, and then another thread may have its address,
// and watch that. So what watches the old block is taken out first, and then told, or put back where it was. What the
// program handed out of it ends at once. 0: nobody watches it.
uint32_t take(uintptr_t block) noexcept;
void settle(uint32_t taken, uintptr_t now) noexcept;  // where the block is now: they are told unless it has not moved
void put_back(uint32_t taken) noexcept;

}  // namespace prof::watches
