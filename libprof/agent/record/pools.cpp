// SPDX-License-Identifier: MIT
//
// The side table of what the program hands out itself: see pools.h.
//
// Side:    agent, floor 2 (record).
// Why not in the table of malloc's blocks: theirs and these lie at the same addresses. Why two planes: a slot of 8
// bytes alone would cost a byte for each byte of an arena, and one of 16 alone could not hold two blocks of 8.
#include "pools.h"

#include "base/arena.h"

namespace prof::pools {

using blocks::Entry;
using blocks::Plane;
using blocks::Record;

struct Planes {
    Plane<4> wide;
    Plane<3> narrow;
};

constinit std::atomic<Planes*> planes{nullptr};

namespace {

constexpr uint64_t large_bytes = 32, offset_mask = 15, kind_mask = 3, first_kind_inside = 1, kind_large = 2,
                   kind_second = 3;
constexpr unsigned offset_shift = 2, size_shift = 6, thread_shift = 11, inside_shift = 6, large_thread_shift = 7,
                   second_size_shift = 2;
constexpr uint32_t max_small_thread = 63, max_large_thread = 1023;

constinit std::atomic<uint64_t> largest_bytes{0};  // that was ever put in

Planes* make_planes() noexcept {
    Planes* now = planes.load(std::memory_order_acquire);
    if (now != nullptr) return now;
    auto* fresh = static_cast<Planes*>(arena::map(sizeof(Planes)));
    if (fresh == nullptr) return nullptr;
    if (planes.compare_exchange_strong(now, fresh, std::memory_order_acq_rel)) return fresh;
    arena::unmap(fresh, sizeof(Planes));
    return now;
}

uint32_t at_most(uint32_t thread, uint32_t most) noexcept { return thread <= most ? thread : 0; }

uint64_t encode_first(const Reported& one) noexcept {
    const Record& record = one.record;
    const uint64_t both = uint64_t{record.stack} << blocks::stack_shift |
                          uint64_t{record.birth} << blocks::birth_shift | (one.address & offset_mask) << offset_shift;
    if (record.size_bytes >= large_bytes) {
        return both | uint64_t{at_most(record.thread, max_large_thread)} << large_thread_shift |
               uint64_t{one.is_inside} << inside_shift | kind_large;
    }
    return both | uint64_t{at_most(record.thread, max_small_thread)} << thread_shift | record.size_bytes << size_shift |
           uint64_t{one.is_inside};
}

uint64_t encode_second(uint64_t size_bytes) noexcept { return size_bytes << second_size_shift | kind_second; }

bool is_first(uint64_t entry) noexcept { return entry != 0 && (entry & kind_mask) != kind_second; }

// `second`: the entry behind it, which a large one needs. False: half-way in or out.
bool decode(uintptr_t slot, uint64_t first, uint64_t second, Reported& one) noexcept {
    one.address = (slot & ~uintptr_t{offset_mask}) | (first >> offset_shift & offset_mask);
    one.record = {.size_bytes = first >> size_shift & (large_bytes - 1),
                  .stack = blocks::stack_of(first),
                  .birth = blocks::birth_of(first),
                  .thread = static_cast<uint32_t>(first >> thread_shift) & max_small_thread};
    one.is_inside = (first & kind_mask) == first_kind_inside;
    one.is_freed = one.record.stack == freed_stack;
    if ((first & kind_mask) != kind_large) return true;
    one.record.size_bytes = second >> second_size_shift & blocks::max_size;
    one.record.thread = static_cast<uint32_t>(first >> large_thread_shift) & max_large_thread;
    one.is_inside = (first >> inside_shift & 1) != 0;
    return (second & kind_mask) == kind_second;
}

uint64_t load(const Entry* entry) noexcept { return entry == nullptr ? 0 : entry->load(std::memory_order_acquire); }

// ---- One plane -----------------------------------------------------------------------------------------------------

template <unsigned slot_log2>
bool read(Plane<slot_log2>& plane, uintptr_t slot, Reported& one) noexcept {
    const uint64_t first = load(plane.entry(slot));
    if (!is_first(first)) return false;
    const bool is_large = (first & kind_mask) == kind_large;
    return decode(slot, first, is_large ? load(plane.entry(slot + (uintptr_t{1} << slot_log2))) : 0, one);
}

template <unsigned slot_log2>
bool put_in(Plane<slot_log2>& plane, const Reported& one) noexcept {
    Entry* first = plane.make_entry(one.address);
    Entry* second = nullptr;
    if (first == nullptr) return false;
    if (one.record.size_bytes >= large_bytes) {
        second = plane.make_entry(one.address + (uintptr_t{1} << slot_log2));
        uint64_t empty = 0;
        if (second == nullptr ||
            !second->compare_exchange_strong(empty, encode_second(one.record.size_bytes), std::memory_order_acq_rel))
            return false;
    }
    uint64_t empty = 0;
    if (first->compare_exchange_strong(empty, encode_first(one), std::memory_order_acq_rel)) return true;
    if (second != nullptr) second->store(0, std::memory_order_release);
    return false;
}

// Puts `word` in the place of the first entry of what begins at `address`; 0 takes it out.
template <unsigned slot_log2>
bool exchange(Plane<slot_log2>& plane, const Reported& one, uint64_t word) noexcept {
    Reported there;
    if (!read(plane, one.address, there) || there.address != one.address) return false;
    Entry* first = plane.entry(one.address);
    uint64_t before = encode_first(there);
    if (!first->compare_exchange_strong(before, word, std::memory_order_acq_rel)) return false;
    if (word == 0 && there.record.size_bytes >= large_bytes)
        plane.entry(one.address + (uintptr_t{1} << slot_log2))->store(0, std::memory_order_release);
    return true;
}

template <unsigned slot_log2>
bool next_in(Plane<slot_log2>& plane, uintptr_t from, uintptr_t end, Reported& one) noexcept {
    using P = Plane<slot_log2>;
    constexpr uintptr_t slot_bytes = uintptr_t{1} << slot_log2, leaf_bytes = uintptr_t{1} << P::leaf_log2;
    for (uintptr_t at = from & ~(slot_bytes - 1); at < end && at >> P::address_log2 == 0;) {
        if (plane.root[at >> P::middle_log2].load(std::memory_order_acquire) == nullptr) {
            at = ((at >> P::middle_log2) + 1) << P::middle_log2;
            continue;
        }
        const uintptr_t leaf_end = (at | (leaf_bytes - 1)) + 1;
        const Entry* entries = plane.leaf(at);
        for (; entries != nullptr && at < leaf_end && at < end; at += slot_bytes) {
            if (load(entries + P::index_of(at)) == 0 || !read(plane, at, one) || one.address < from) continue;
            return one.address < end;
        }
        if (entries == nullptr) at = leaf_end;
    }
    return false;
}

// The last that begins before `address`, not looking below `lowest`.
template <unsigned slot_log2>
bool before_in(Plane<slot_log2>& plane, uintptr_t address, uintptr_t lowest, Reported& one) noexcept {
    using P = Plane<slot_log2>;
    constexpr uintptr_t slot_bytes = uintptr_t{1} << slot_log2, leaf_bytes = uintptr_t{1} << P::leaf_log2;
    uintptr_t at = (address - 1) | (slot_bytes - 1);  // the last byte of a slot
    while (at >= lowest && at >> P::address_log2 == 0) {
        const uintptr_t leaf_start = at & ~(leaf_bytes - 1);
        const Entry* entries = plane.leaf(at);
        for (; entries != nullptr && at > leaf_start && at >= lowest; at -= slot_bytes) {
            if (load(entries + P::index_of(at)) == 0 || !read(plane, at, one) || one.address >= address) continue;
            return one.address >= lowest;
        }
        if (leaf_start == 0) return false;
        at = leaf_start - 1;
    }
    return false;
}

}  // namespace

// ---- Both ----------------------------------------------------------------------------------------------------------

bool put(const Reported& one) noexcept {
    if (one.record.size_bytes > blocks::max_size) return false;
    Planes* both = make_planes();
    if (both == nullptr) return false;
    for (uint64_t most = largest_bytes.load(); most < one.record.size_bytes;)
        if (largest_bytes.compare_exchange_weak(most, one.record.size_bytes)) break;
    return put_in(both->wide, one) || put_in(both->narrow, one);
}

bool find(uintptr_t address, Reported& one) noexcept {
    Planes* both = planes.load(std::memory_order_acquire);
    if (both == nullptr || address >> Plane<4>::address_log2 != 0) return false;
    return (read(both->wide, address, one) && one.address == address) ||
           (read(both->narrow, address, one) && one.address == address);
}

bool remove(const Reported& one) noexcept {
    Planes* both = planes.load(std::memory_order_acquire);
    return both != nullptr && (exchange(both->wide, one, 0) || exchange(both->narrow, one, 0));
}

bool replace_stack(const Reported& one, uint32_t stack) noexcept {
    Planes* both = planes.load(std::memory_order_acquire);
    if (both == nullptr) return false;
    Reported changed = one;
    changed.record.stack = stack;
    const uint64_t word = encode_first(changed);
    return exchange(both->wide, one, word) || exchange(both->narrow, one, word);
}

bool give_back(const Reported& one) noexcept { return replace_stack(one, freed_stack); }

void forget_all() noexcept {
    Planes* both = planes.load(std::memory_order_acquire);
    if (both == nullptr) return;
    both->wide.clear();
    both->narrow.clear();
}

bool next(uintptr_t from, uintptr_t end, Reported& one) noexcept {
    Planes* both = planes.load(std::memory_order_acquire);
    if (both == nullptr) return false;
    Reported other;
    const bool in_wide = next_in(both->wide, from, end, one);
    if (!next_in(both->narrow, from, in_wide ? one.address : end, other)) return in_wide;
    one = other;
    return true;
}

bool before(uintptr_t address, Reported& one) noexcept {
    Planes* both = planes.load(std::memory_order_acquire);
    if (both == nullptr || address == 0) return false;
    const uint64_t reach = largest_bytes.load(std::memory_order_relaxed);
    const uintptr_t lowest = address > reach ? address - reach : 0;
    Reported other;
    const bool in_wide = before_in(both->wide, address, lowest, one);
    if (!before_in(both->narrow, address, in_wide ? one.address : lowest, other)) return in_wide;
    one = other;
    return true;
}

}  // namespace prof::pools
