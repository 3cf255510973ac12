// SPDX-License-Identifier: MIT
//
// What each call stack did: 64 bytes of counters a stack, and the totals of the process.
//
// With one thread, counters are plain words and the peak is exact. When the live total passes the old peak, "the
// values at the peak" are simply the current ones; an epoch says so without touching any stack. Only when a stack
// changes without raising the peak does it first save its live value, once in an epoch:
//
//   stack.epoch == epoch   its value at the peak is the saved one
//   otherwise              it has not changed since the peak: the live value is its value at the peak
//
// With more threads each has a small cache of counters and hands it over now and then; the peak may then be too low
// by what the threads hold back, max_pending_bytes each.
//
// Side:    agent, floor 2 (record).
// Threads: see above. No cache line is written by two threads on each operation.
#pragma once

#include <atomic>
#include <cstdint>

#include <prof/format.h>

#include "segments.h"
#include "shared.h"
#include "state.h"
#include "tables.h"
#include "timeline.h"

namespace prof::counters {

using Stack = prof_shared_counters;  // in segments that begin at a cache line
using Totals = prof_shared_totals;

// A thread's share of one stack, not yet handed over.
struct alignas(64) Share {
    uint32_t stack;
    uint32_t allocated_blocks;
    uint32_t freed_blocks;
    uint32_t temporary_blocks;
    uint64_t allocated_bytes;
    uint64_t freed_bytes;
    uint16_t lifetimes[PROF_LIFETIME_BUCKETS];
};

struct Cache {
    static constexpr uint32_t share_count = 256;
    Share share[share_count];
    uint8_t touched[share_count];  // indices of shares in use
    uint32_t touched_count;
    uint32_t events;
    int64_t pending_bytes;  // live bytes not handed over
};

inline constexpr uint32_t events_per_batch = 1024;
inline constexpr int64_t max_pending_bytes = 256 << 10;
static_assert(events_per_batch == PROF_SHARED_PENDING_EVENTS && max_pending_bytes == PROF_SHARED_PENDING_BYTES);

extern Segments<Stack, 10> stacks;
inline constexpr Totals& totals = shared_page.totals;

bool reserve(uint32_t stack) noexcept;

// In a forked child that has just detached: what lives is counted anew, block by block, since the parent went on
// counting in the meantime; the peak is what lives. After all shares were handed over.
void recount() noexcept;

// The peak is what lives now. With several threads, up to what they hold back.
void reset_peak() noexcept;

// Nothing lives any more, and the peak is that; while nobody counts, after all shares were handed over.
void forget_live() noexcept;

// Hands over all that a thread holds back.
void hand_over(Cache& cache) noexcept;

void allocated_shared(Cache& cache, uint32_t stack, uint64_t bytes) noexcept;
void freed_shared(Cache& cache, uint32_t stack, uint64_t bytes, bool temporary, unsigned bucket) noexcept;
// So many bytes more or less of blocks that are there: what the program hands out of them is counted for itself, and
// given back when that is freed. Called in pairs with the others, so that totals stay and no peak is missed.
void shift_shared(Cache& cache, uint32_t stack, int64_t bytes) noexcept;
// A block is another stack's from now on. Totals stay.
void moved_shared(Cache& cache, uint32_t from, uint32_t to, uint64_t bytes) noexcept;

// Estimates, for a recorder that samples (sampled.h): added at once, by any thread. What is less is negative, by
// wrapping.
struct Change {
    static constexpr unsigned no_lifetime = PROF_LIFETIME_BUCKETS;
    uint64_t allocated_bytes = 0, allocated_blocks = 0, live_bytes = 0, live_blocks = 0;
    uint64_t temporary_blocks = 0;
    unsigned lifetime = no_lifetime;  // the bucket in which a block has ended
};
void change(uint32_t stack, const Change& change) noexcept;

// Counters as the file has them, and the totals (with one thread, or in a frozen copy).
void read(uint32_t stack, prof_stack& out) noexcept;
tables::Totals read_totals(uint32_t threads) noexcept;

// What is known now, while others count.
inline uint64_t live_bytes() noexcept { return __atomic_load_n(&totals.live_bytes, __ATOMIC_RELAXED); }
inline uint64_t live_blocks() noexcept { return __atomic_load_n(&totals.live_blocks, __ATOMIC_RELAXED); }

inline void save(Stack& stack) noexcept {
    if (stack.epoch == totals.epoch) return;
    stack.epoch = totals.epoch;
    stack.peak_bytes = stack.live_bytes;
    stack.peak_blocks = stack.live_blocks;
    totals.saved = 1;
}

inline void allocated_alone(uint32_t number, uint64_t bytes) noexcept {
    Stack& stack = stacks.at(number);
    ++totals.live_blocks;
    uint64_t live = totals.live_bytes += bytes;
    if (live > totals.peak_bytes) {
        totals.peak_bytes = live;
        totals.peak_blocks = totals.live_blocks;
        totals.epoch += totals.saved;
        totals.saved = 0;
    } else {
        save(stack);
    }
    stack.allocated_bytes += bytes;
    ++stack.allocated_blocks;
    stack.live_bytes += bytes;
    ++stack.live_blocks;
}

inline void freed_alone(uint32_t number, uint64_t bytes, bool temporary, unsigned bucket) noexcept {
    Stack& stack = stacks.at(number);
    save(stack);
    totals.live_bytes -= bytes;
    --totals.live_blocks;
    stack.live_bytes -= bytes;
    --stack.live_blocks;
    stack.temporary_blocks += temporary;
    const auto one_more = static_cast<uint16_t>(stack.lifetimes[bucket] + 1);
    if (one_more != 0) [[likely]]
        stack.lifetimes[bucket] = one_more;
}

inline void shift_alone(uint32_t number, int64_t bytes) noexcept {
    Stack& stack = stacks.at(number);
    save(stack);
    totals.live_bytes += static_cast<uint64_t>(bytes);
    stack.live_bytes += static_cast<uint64_t>(bytes);
    stack.allocated_bytes += static_cast<uint64_t>(bytes);
}

inline void moved_alone(uint32_t from, uint32_t to, uint64_t bytes) noexcept {
    Stack &before = stacks.at(from), &after = stacks.at(to);
    save(before);
    save(after);
    before.allocated_bytes -= bytes, after.allocated_bytes += bytes;
    before.live_bytes -= bytes, after.live_bytes += bytes;
    --before.allocated_blocks, ++after.allocated_blocks;
    --before.live_blocks, ++after.live_blocks;
}

}  // namespace prof::counters
