// SPDX-License-Identifier: MIT
//
// Coarse time: samples of the heap's size, whose index, the tick, is what a block remembers as its birth.
//
// A tick is due after max(10 ms, elapsed / 65536), and at each snapshot, so twenty bits last for the age of any
// process while a tick stays a small part of it. The clock is read every 64 events of a thread only; a block's age
// is thus known to about a tick, or to the gap between events where a program allocates seldom.
//
// Side:    agent, floor 2 (record).
// Threads: whoever finds a tick due takes it with one compare-and-swap.
#pragma once

#include <atomic>
#include <cstdint>

#include <prof/format.h>

namespace prof::timeline {

bool start() noexcept;

// Adds a tick if one is due. Reads the clock.
void advance() noexcept;

// Adds a tick now, and counts a snapshot. Returns it.
uint32_t mark_snapshot() noexcept;

// For each bound of PROF_LIFETIME_BOUNDS_MS the newest tick that is at least so old now; 0: none is.
struct alignas(32) Ages {
    std::atomic<uint32_t> newest[PROF_LIFETIME_BUCKETS - 1];
};
extern Ages ages;

// The lifetime bucket (PROF_LIFETIME_BOUNDS_MS) of a block born at tick `birth` and freed now. Most blocks die young.
inline unsigned bucket_since(uint32_t birth) noexcept {
    if (birth > ages.newest[0].load(std::memory_order_relaxed)) [[likely]]
        return 0;
    unsigned bucket = 1;
    while (bucket < PROF_LIFETIME_BUCKETS - 1 && birth <= ages.newest[bucket].load(std::memory_order_relaxed)) ++bucket;
    return bucket;
}

uint32_t count() noexcept;
prof_tick sample(uint32_t tick) noexcept;
uint64_t start_unix_ns() noexcept;
uint64_t elapsed_ns() noexcept;
void reset_lock() noexcept;  // after a fork

}  // namespace prof::timeline
