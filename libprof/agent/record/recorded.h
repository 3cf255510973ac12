// SPDX-License-Identifier: MIT
//
// From a hook to the recorder, or past it: with sampling most blocks pass by, before anything is asked about the caller.
//
// Side:    agent, floor 2 (record). For hooks, in place of recorder::allocated().
// Threads: as recorder.h.
#pragma once

#include "recorder.h"
#include "sampled.h"
#include "sampler.h"

namespace prof {

inline void record(void* block, size_t size, const recorder::Caller& caller) noexcept {
    if (sampler::is_on()) [[unlikely]]
        return sampled::allocated(block, size, caller);
    recorder::allocated(block, size, caller);
}

// Before an allocator's own function is called that malloc may stand below of.
inline void begin_above() noexcept {
    if (sampler::is_on()) [[unlikely]]
        sampled::begin_above();
}

}  // namespace prof

// `block`, which has `size` bytes, recorded for the caller of the function in which this stands.
#define PROF_RECORDED(block_, size_)                                                                     \
    do {                                                                                                 \
        void* const recorded_block = block_;                                                             \
        const size_t recorded_size = size_;                                                              \
        if (!::prof::sampler::passes_by(recorded_block, recorded_size))                                  \
            ::prof::record(recorded_block, recorded_size, PROF_CALLER());                                \
        return recorded_block;                                                                           \
    } while (false)
