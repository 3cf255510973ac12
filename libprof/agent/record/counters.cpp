// SPDX-License-Identifier: MIT
//
// Counters with many threads, and reading them: see counters.h.
//
// Side:    agent, floor 2 (record).
// A share goes over by atomic adds, one for each field that changed. The peak is looked at when a thread hands over,
// after all its shares: then the live total and the stacks' own values agree up to what other threads hold back.
#include "counters.h"

#include "blocks.h"
#include "pools.h"
#include "sampled.h"
#include "sampler.h"
#include "stacks.h"

namespace prof::counters {

constinit Segments<Stack, 10> stacks{};

namespace {

template <class T>
void add(T& to, T amount) noexcept {
    if (amount != 0) __atomic_fetch_add(&to, amount, __ATOMIC_RELAXED);
}

void add_saturating(uint16_t& to, uint32_t amount) noexcept {
    uint16_t now = __atomic_load_n(&to, __ATOMIC_RELAXED);
    uint32_t sum = now + amount;
    __atomic_store_n(&to, static_cast<uint16_t>(sum < UINT16_MAX ? sum : UINT16_MAX), __ATOMIC_RELAXED);
}

bool replace(uint32_t& value, uint32_t before, uint32_t after) noexcept {
    return __atomic_compare_exchange_n(&value, &before, after, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void save_shared(Stack& stack) noexcept {
    uint32_t now = __atomic_load_n(&totals.epoch, __ATOMIC_RELAXED);
    uint32_t before = __atomic_load_n(&stack.epoch, __ATOMIC_RELAXED);
    if (before == now || !replace(stack.epoch, before, now)) return;
    __atomic_store_n(&stack.peak_bytes, __atomic_load_n(&stack.live_bytes, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    __atomic_store_n(&stack.peak_blocks, __atomic_load_n(&stack.live_blocks, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    __atomic_store_n(&totals.saved, 1u, __ATOMIC_RELAXED);
}

void give(Share& share) noexcept {
    Stack& stack = stacks.at(share.stack);
    save_shared(stack);
    add(stack.allocated_bytes, share.allocated_bytes);
    add(stack.allocated_blocks, uint64_t{share.allocated_blocks});
    add(stack.live_bytes, share.allocated_bytes - share.freed_bytes);
    add(stack.live_blocks, share.allocated_blocks - share.freed_blocks);
    add(stack.temporary_blocks, share.temporary_blocks);
    for (unsigned i = 0; i < PROF_LIFETIME_BUCKETS; ++i)
        if (share.lifetimes[i] != 0) add_saturating(stack.lifetimes[i], share.lifetimes[i]);
    add(totals.live_bytes, share.allocated_bytes - share.freed_bytes);
    add(totals.live_blocks, uint64_t{share.allocated_blocks} - share.freed_blocks);
    share = {};
}

void look_at_peak() noexcept {
    uint64_t live = __atomic_load_n(&totals.live_bytes, __ATOMIC_RELAXED);
    uint64_t peak = __atomic_load_n(&totals.peak_bytes, __ATOMIC_RELAXED);
    if (static_cast<int64_t>(live) <= static_cast<int64_t>(peak)) return;
    if (!__atomic_compare_exchange_n(&totals.peak_bytes, &peak, live, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&totals.peak_blocks, __atomic_load_n(&totals.live_blocks, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&totals.saved, 0u, __ATOMIC_RELAXED) != 0) add(totals.epoch, 1u);
}

// The share of `stack`; another stack's in its place is handed over first.
Share& share_of(Cache& cache, uint32_t stack) noexcept {
    uint32_t index = stack & (Cache::share_count - 1);
    Share& share = cache.share[index];
    if (share.stack == stack) [[likely]]
        return share;
    if (share.stack != 0)
        give(share);
    else
        cache.touched[cache.touched_count++] = static_cast<uint8_t>(index);
    share.stack = stack;
    return share;
}

void count_event(Cache& cache, int64_t bytes) noexcept {
    cache.pending_bytes += bytes;
    if (++cache.events >= events_per_batch || cache.pending_bytes > max_pending_bytes ||
        cache.pending_bytes < -max_pending_bytes) [[unlikely]]
        hand_over(cache);
}

// What the program hands out itself: of a block of malloc, whose bytes are counted, or of memory of its own.
void recount_reported() noexcept {
    constexpr uintptr_t address_end = uintptr_t{1} << blocks::Coarse::address_log2;
    pools::Reported one;
    for (uintptr_t at = 0; pools::next(at, address_end, one); at = one.address + 1) {
        if (one.is_freed) continue;
        stacks.at(one.record.stack).live_bytes += one.record.size_bytes;
        ++stacks.at(one.record.stack).live_blocks;
        ++totals.live_blocks;
        uintptr_t start = 0;
        uint64_t first = 0;
        blocks::Record around;
        if (one.is_inside && blocks::last_before(one.address, 0, start, first, around))
            stacks.at(around.stack).live_bytes -= one.record.size_bytes;
        else
            totals.live_bytes += one.record.size_bytes;
    }
}

}  // namespace

bool reserve(uint32_t stack) noexcept { return stacks.reserve(stack); }

void recount() noexcept {
    for (uint32_t i = 0; i < stacks::stack_total(); ++i) {
        Stack& stack = stacks.at(i);
        stack.live_bytes = stack.live_blocks = stack.epoch = 0;
    }
    totals = {
        .live_bytes = 0, .peak_bytes = 0, .live_blocks = 0, .peak_blocks = 0, .epoch = 1, .saved = 0, .reserved = {}};
    tables::Block block;
    for (tables::BlockCursor all; all.next(block);) {
        Stack& stack = stacks.at(block.stack);
        const sampled::Share share = sampler::is_on() ? sampled::share_of(block.address, block.size_bytes, block.birth)
                                                      : sampled::Share{block.size_bytes, 1};
        stack.live_bytes += share.bytes;
        stack.live_blocks += static_cast<uint32_t>(share.blocks);
        totals.live_bytes += share.bytes;
        totals.live_blocks += share.blocks;
    }
    recount_reported();
    totals.peak_bytes = totals.live_bytes;
    totals.peak_blocks = totals.live_blocks;
}

// A new epoch: no stack has saved a value in it, so each had what it has now.
void reset_peak() noexcept {
    __atomic_store_n(&totals.saved, 0u, __ATOMIC_RELAXED);
    __atomic_fetch_add(&totals.epoch, 1u, __ATOMIC_RELAXED);
    __atomic_store_n(&totals.peak_blocks, live_blocks(), __ATOMIC_RELAXED);
    __atomic_store_n(&totals.peak_bytes, live_bytes(), __ATOMIC_RELAXED);
}

void forget_live() noexcept {
    for (uint32_t i = 0; i < stacks::stack_total(); ++i) stacks.at(i).live_bytes = stacks.at(i).live_blocks = 0;
    totals.live_bytes = totals.live_blocks = 0;
    reset_peak();
}

void hand_over(Cache& cache) noexcept {
    for (uint32_t i = 0; i < cache.touched_count; ++i) give(cache.share[cache.touched[i]]);
    cache.touched_count = 0;
    cache.events = 0;
    cache.pending_bytes = 0;
    look_at_peak();
}

void allocated_shared(Cache& cache, uint32_t stack, uint64_t bytes) noexcept {
    Share& share = share_of(cache, stack);
    ++share.allocated_blocks;
    share.allocated_bytes += bytes;
    count_event(cache, static_cast<int64_t>(bytes));
}

void freed_shared(Cache& cache, uint32_t stack, uint64_t bytes, bool temporary, unsigned bucket) noexcept {
    Share& share = share_of(cache, stack);
    ++share.freed_blocks;
    share.freed_bytes += bytes;
    share.temporary_blocks += temporary;
    ++share.lifetimes[bucket];  // at most events_per_batch
    count_event(cache, -static_cast<int64_t>(bytes));
}

void shift_shared(Cache& cache, uint32_t stack, int64_t bytes) noexcept {
    share_of(cache, stack).allocated_bytes += static_cast<uint64_t>(bytes);
    count_event(cache, bytes);
}

// What this thread holds back of the block goes first, so that no counter stays below zero for long.
void moved_shared(Cache& cache, uint32_t from, uint32_t to, uint64_t bytes) noexcept {
    hand_over(cache);
    const auto change = [](Stack& stack, uint64_t more_bytes, uint32_t more_blocks, uint64_t more_allocated) {
        save_shared(stack);
        add(stack.allocated_bytes, more_bytes);
        add(stack.allocated_blocks, more_allocated);
        add(stack.live_bytes, more_bytes);
        add(stack.live_blocks, more_blocks);
    };
    change(stacks.at(from), -bytes, UINT32_MAX, UINT64_MAX);
    change(stacks.at(to), bytes, 1, 1);
}

void change(uint32_t number, const Change& change) noexcept {
    Stack& stack = stacks.at(number);
    save_shared(stack);
    add(stack.allocated_bytes, change.allocated_bytes);
    add(stack.allocated_blocks, change.allocated_blocks);
    add(stack.live_bytes, change.live_bytes);
    add(stack.live_blocks, static_cast<uint32_t>(change.live_blocks));
    add(stack.temporary_blocks, static_cast<uint32_t>(change.temporary_blocks));
    if (change.lifetime < PROF_LIFETIME_BUCKETS) add_saturating(stack.lifetimes[change.lifetime], 1);
    add(totals.live_bytes, change.live_bytes);
    add(totals.live_blocks, change.live_blocks);
    look_at_peak();
}

void read(uint32_t number, prof_stack& out) noexcept {
    const Stack& stack = stacks.at(number);
    bool changed = stack.epoch == totals.epoch;
    out = {};
    out.node = stacks::node_of(number);
    out.flags = stacks::flags_of(number);
    out.allocated_bytes = stack.allocated_bytes;
    out.allocated_blocks = stack.allocated_blocks;
    out.freed_bytes = stack.allocated_bytes - stack.live_bytes;
    out.freed_blocks = stack.allocated_blocks - stack.live_blocks;
    // Estimates are rounded one by one.
    if (stack.allocated_blocks < stack.live_blocks) out.freed_blocks = 0, out.allocated_blocks = stack.live_blocks;
    out.peak_bytes = changed ? stack.peak_bytes : stack.live_bytes;
    out.peak_blocks = changed ? stack.peak_blocks : stack.live_blocks;
    out.temporary_blocks = stack.temporary_blocks;
    for (unsigned i = 0; i < PROF_LIFETIME_BUCKETS; ++i) out.lifetimes[i] = stack.lifetimes[i];
}

tables::Totals read_totals(uint32_t threads) noexcept {
    tables::Totals out{};
    out.live_bytes = live_bytes();
    out.live_blocks = live_blocks();
    out.peak_bytes = totals.peak_bytes;
    out.peak_blocks = totals.peak_blocks;
    bool shared = state().threaded.load(std::memory_order_relaxed) != 0 && !sampler::is_on();
    out.peak_error_bytes = shared ? uint64_t{threads} * max_pending_bytes : 0;
    for (uint32_t i = 0; i < stacks::stack_total(); ++i) {
        const Stack& stack = stacks.at(i);
        out.allocated_bytes += stack.allocated_bytes;
        out.allocated_blocks += stack.allocated_blocks;
        out.temporary_blocks += stack.temporary_blocks;
    }
    return out;
}

}  // namespace prof::counters
