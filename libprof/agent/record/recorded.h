// SPDX-License-Identifier: MIT
//
// From a hook to the recorder, or past it: with sampling most blocks pass by, before anything is asked about the
// caller.
//
// Side:    agent, floor 2 (record). For hooks, in place of recorder::allocated().
// Threads: as recorder.h.
#pragma once

#include "recorder.h"
#include "sampled.h"
#include "sampler.h"
#include "watches.h"

namespace prof {

inline void record(void* block, size_t size, const recorder::Caller& caller) noexcept {
    if (sampler::is_on()) [[unlikely]]
        return sampled::allocated(block, size, caller);
    recorder::allocated(block, size, caller);
}

// The fast exit of a free, with sampling: true when nobody needs to hear of it, since the block is not in the sample.
[[gnu::always_inline]] inline bool leaves_by(const void* block) noexcept {
    return sampled::is_absent(block) && !watches::any();
}

// Before an allocator's own function is called that malloc may stand below of.
inline void begin_above() noexcept {
    if (sampler::is_on()) [[unlikely]]
        sampled::begin_above();
}

}  // namespace prof

// What `allocation` gives, recorded as a block of `size` bytes for the caller of the function in which this stands.
#define PROF_RECORDED(allocation, size_)                                  \
    do {                                                                  \
        const size_t recorded_size = size_;                               \
        if (::prof::sampler::passes_by(recorded_size)) return allocation; \
        void* const recorded_block = allocation;                          \
        ::prof::record(recorded_block, recorded_size, PROF_CALLER());     \
        return recorded_block;                                            \
    } while (false)
