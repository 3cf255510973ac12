// SPDX-License-Identifier: MIT
//
// Events while the recorder samples: see sampled.h.
//
// Side: agent, floor 2 (record).
#include "sampled.h"

#include "counters.h"
#include "event.h"
#include "modules.h"
#include "sampler.h"
#include "state.h"
#include "tables.h"
#include "tags.h"
#include "timeline.h"

namespace prof::sampled {

namespace {

using blocks::Record;
using recorder::Caller;
using recorder::InFlight;

__extension__ using Wide = unsigned __int128;

constexpr unsigned shift = sampler::weight_shift;
constexpr uint64_t fraction_mask = (uint64_t{1} << shift) - 1;

constexpr uintptr_t nothing_seen = 1;  // is the address of no block

uint64_t rounded(uint64_t weight, uint64_t dice) noexcept {
    return (weight >> shift) + ((dice & fraction_mask) < (weight & fraction_mask));
}

uint64_t bytes_of(uint64_t weight, uint64_t size_bytes) noexcept {
    return static_cast<uint64_t>(Wide{weight} * size_bytes >> shift);
}

// The same for a block each time that it is asked.
uint64_t dice_of(uintptr_t address, uint32_t birth) noexcept {
    uint64_t hash = (address ^ uint64_t{birth} << 44) * 0x9e3779b97f4a7c15;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
    return hash >> 32;
}

// Each event that comes here looks at the clock, and for requests: the next may be long in coming.
Thread* begin() noexcept {
    Thread* thread = event::begin();
    if (thread != nullptr) thread->countdown = 1;
    return thread;
}

void count_out(const Thread& thread, uintptr_t address, const Record& record) noexcept {
    const uint64_t weight = sampler::weight_of(record.size_bytes);
    const Share share = share_of(address, record.size_bytes, record.birth);
    const bool is_temporary = threads::local.last_seen == address;
    counters::change(record.stack, {.live_bytes = -share.bytes,
                                    .live_blocks = -share.blocks,
                                    .temporary_blocks = is_temporary ? rounded(weight, thread.random) : 0,
                                    .lifetime = timeline::bucket_since(record.birth)});
}

void count_in(Thread& thread, uintptr_t address, const Record& record) noexcept {
    const uint64_t weight = sampler::weight_of(record.size_bytes);
    const Share share = share_of(address, record.size_bytes, record.birth);
    counters::change(record.stack, {.allocated_bytes = share.bytes,
                                    .allocated_blocks = rounded(weight, sampler::random(thread)),
                                    .live_bytes = share.bytes,
                                    .live_blocks = share.blocks});
}

bool insert(const Thread& thread, uintptr_t address, const Record& record) noexcept {
    if (blocks::insert_fast(address, record)) return true;
    blocks::Displaced displaced;
    const bool done = blocks::insert_slow(address, record, displaced);
    for (uint32_t i = 0; i < displaced.count; ++i) {
        tables::lose(PROF_LOSS_IMPLICIT_FREE);
        count_out(thread, displaced.address[i], displaced.record[i]);
    }
    if (!done) tables::lose(PROF_LOSS_NO_MEMORY);
    return done;
}

void put(Thread& thread, void* block, size_t size, const Caller& caller) noexcept {
    if (is_loader(caller.return_address)) modules::check_unloads();
    const auto address = reinterpret_cast<uintptr_t>(block);
    const Record record{.size_bytes = size,
                        .stack = event::stack_of(thread, caller),
                        .birth = state().tick.load(std::memory_order_relaxed),
                        .thread = thread.slot};
    if (insert(thread, address, record)) count_in(thread, address, record);
}

// Nothing is known of a block that is not in the sample, and that is as it should be.
blocks::Taken take(const Thread& thread, void* block) noexcept {
    const auto address = reinterpret_cast<uintptr_t>(block);
    const blocks::Taken taken = blocks::take(address);
    if (taken.first == 0) return taken;
    count_out(thread, address,
              {.size_bytes = taken.size_bytes,
               .stack = blocks::stack_of(taken.first),
               .birth = blocks::birth_of(taken.first),
               .thread = 0});
    return taken;
}

}  // namespace

Share share_of(uintptr_t address, uint64_t size_bytes, uint32_t birth) noexcept {
    const uint64_t weight = sampler::weight_of(size_bytes);
    return {.bytes = bytes_of(weight, size_bytes), .blocks = rounded(weight, dice_of(address, birth))};
}

void allocated(void* block, size_t size, const Caller& caller) noexcept {
    if (block == nullptr) return tags::use_up_outside();
    Thread* thread = begin();
    if (thread == nullptr) return;
    if (sampler::takes(*thread, block, size) && !event::is_stopped())
        put(*thread, block, size, caller);
    else
        tags::use_up();
    event::end(*thread);
}

void freed(void* block) noexcept {
    if (is_absent(block)) return;
    Thread* thread = begin();
    if (thread == nullptr) return;
    take(*thread, block);
    event::end(*thread);
}

InFlight reallocating(void* block) noexcept {
    InFlight old{};
    if (is_absent(block)) return old;
    Thread* thread = begin();
    if (thread == nullptr) return old;
    const blocks::Taken taken = take(*thread, block);
    if (taken.first != 0) {
        old = {.block = block, .size_bytes = taken.size_bytes, .entry = taken.first, .watches = 0};
        thread->in_flight_bytes = old.size_bytes;
        thread->in_flight_entry = old.entry;
        thread->in_flight = block;
    }
    event::end(*thread);
    return old;
}

// A new block of the new size, which the points fall upon anew. Its type and domain are the old one's where that is
// known.
void reallocated(const InFlight& old, void* block, size_t size, const Caller& caller) noexcept {
    if (old.block == nullptr) {
        if (sampler::passes_by(size)) return;
        return sampled::allocated(block, size, caller);
    }
    Thread* thread = begin();
    if (thread == nullptr) return;
    if (block != nullptr && sampler::takes(*thread, block, size) && !event::is_stopped()) {
        const tags::Kept tag(old.entry);
        put(*thread, block, size, caller);
    }
    tags::use_up();
    thread->in_flight = nullptr;
    event::end(*thread);
}

void not_reallocated(const InFlight& old) noexcept {
    if (old.block == nullptr) return;
    Thread* thread = begin();
    if (thread == nullptr) return;
    const auto address = reinterpret_cast<uintptr_t>(old.block);
    if (blocks::restore(address, old.entry, old.size_bytes)) {
        const Share share = share_of(address, old.size_bytes, blocks::birth_of(old.entry));
        counters::change(blocks::stack_of(old.entry), {.live_bytes = share.bytes, .live_blocks = share.blocks});
    }
    tags::use_up();
    thread->in_flight = nullptr;
    event::end(*thread);
}

void begin_above() noexcept { threads::local.last_seen = nothing_seen; }

void allocated_above(void* block, size_t size, const Caller& caller) noexcept {
    if (threads::local.last_seen != nothing_seen || sampler::passes_by(size)) return;
    sampled::allocated(block, size, caller);
}

void moved(uintptr_t address, const Record& record, uint32_t to) noexcept {
    const Share share = share_of(address, record.size_bytes, record.birth);
    counters::change(record.stack, {.allocated_bytes = -share.bytes,
                                    .allocated_blocks = -share.blocks,
                                    .live_bytes = -share.bytes,
                                    .live_blocks = -share.blocks});
    counters::change(to, {.allocated_bytes = share.bytes,
                          .allocated_blocks = share.blocks,
                          .live_bytes = share.bytes,
                          .live_blocks = share.blocks});
}

}  // namespace prof::sampled
