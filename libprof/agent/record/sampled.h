// SPDX-License-Identifier: MIT
//
// The recorder while it samples (sampler.h): what becomes of an event that did not pass by.
//
// Side:    agent, floor 2 (record). recorder.cpp leads here; the contract is recorder.h's.
// Threads: as recorder.h. No thread holds counts back: what is in the sample comes seldom.
//
// Counters of stacks, totals and the timeline hold estimates: a block counts as as many as it stands for. That number
// is seldom whole, so it is rounded up or down at random, such that the mean is right. What lives must be given back as
// it was counted: there the dice are the block's own address and birth. Lifetimes alone are of blocks in the sample.
#pragma once

#include <cstddef>
#include <cstdint>

#include "blocks.h"
#include "recorder.h"

namespace prof::sampled {

// Whether no block that is in the sample begins here. Three loads at most, and nothing that another thread writes
// often.
inline bool is_absent(const void* block) noexcept {
    const auto address = reinterpret_cast<uintptr_t>(block);
    const blocks::Entry* entry = blocks::coarse.entry(address);
    if (entry != nullptr && entry->load(std::memory_order_relaxed) != 0) [[unlikely]]
        return false;
    return blocks::fine.load(std::memory_order_relaxed) == nullptr;
}

void allocated(void* block, size_t size, const recorder::Caller& caller) noexcept;  // did not pass by
void freed(void* block) noexcept;
recorder::InFlight reallocating(void* block) noexcept;
void reallocated(const recorder::InFlight& old, void* block, size_t size, const recorder::Caller& caller) noexcept;
void not_reallocated(const recorder::InFlight& old) noexcept;

// A hook above malloc (operator new) is about to call what may call malloc: what passes by below is not asked again.
void begin_above() noexcept;
void allocated_above(void* block, size_t size, const recorder::Caller& caller) noexcept;

// What a live block in the sample counts for.
struct Share {
    uint64_t bytes, blocks;
};
Share share_of(uintptr_t address, uint64_t size_bytes, uint32_t birth) noexcept;

// A block is another stack's from now on, as if it always had been.
void moved(uintptr_t address, const blocks::Record& record, uint32_t to) noexcept;

}  // namespace prof::sampled
