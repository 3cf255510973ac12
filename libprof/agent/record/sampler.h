// SPDX-License-Identifier: MIT
//
// Sampling: of all blocks, only some are recorded, and each stands for as many as its size says.
//
// Poisson by bytes: points lie on the stream of bytes that a thread allocates, at distances that are exponential with
// the mean `sampler::mean_bytes`; a block on which one lies, or several, is recorded. So a block of `size` bytes is in
// the sample with the probability 1 - exp(-size / mean_bytes), whatever came before it, and stands for 1 over that.
// Sums of these weights, and of weight times size, are unbiased for any sizes (Horvitz and Thompson, 1952). A block of
// no bytes counts as one of one byte here.
//
//   distance left:  U          every block:  U > size ? U -= size : record it, draw U anew
//
// All arithmetic is of integers: the program may look at the floating-point flags, or trap on them.
//
// Side:    agent, floor 2 (record).
// Threads: each has a stream of points of its own. Signals: a handler that comes between may make a distance longer
//          by what it allocated, which says nothing about what is allocated next: the distribution has no memory.
// Fork:    the child draws on from another seed; the distance under way is the parent's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "threads.h"

namespace prof::sampler {

inline constexpr uint64_t most_mean_bytes = uint64_t{1} << 30;

extern uint64_t mean_bytes __attribute__((visibility("hidden")));  // 0: every block is recorded
inline bool is_on() noexcept { return mean_bytes != 0; }

// Once, before the recorder starts. `mean`: from 1 to most_mean_bytes. `seed` 0: another one in each process.
void start(uint64_t mean, uint64_t seed) noexcept;
// In a forked child, by the thread that is left.
void forked(Thread& survivor) noexcept;

inline uint64_t counted_bytes(size_t size) noexcept { return size + (size == 0); }

// The fast exit of an allocation, asked before it is made: true when this block is not in the sample. Otherwise, and
// when nothing is sampled, the recorder must be asked. Ten instructions.
[[gnu::always_inline]] inline bool passes_sampling(size_t size) noexcept {  // while is_on()
    threads::Local& local = threads::local;
    const uint64_t bytes = counted_bytes(size);
    if (bytes >= local.until_sample) [[unlikely]]  // 0: the thread has not drawn yet
        return false;
    local.until_sample -= bytes;
    local.last_seen = 0;
    return true;
}
inline bool passes_by(size_t size) noexcept { return is_on() && passes_sampling(size); }

// This thread's next allocation does not pass by: it has a type, which must be used up.
inline void look_at_next() noexcept {
    threads::local.put_off += threads::local.until_sample;
    threads::local.until_sample = 0;
}

// Whether a block that did not pass by is in the sample. Inside of an event.
bool takes(Thread& thread, const void* block, size_t size) noexcept;

// For how many blocks one of this size stands, times 2^16. At least 2^16.
inline constexpr unsigned weight_shift = 16;
uint64_t weight_of(uint64_t size_bytes) noexcept;

// The next number of this thread's generator: 64 random bits.
uint64_t random(Thread& thread) noexcept;

// A distance to the next point, at least 1, from 64 random bits. For tests, too.
uint64_t distance_of(uint64_t random_bits) noexcept;

}  // namespace prof::sampler
