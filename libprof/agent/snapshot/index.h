// SPDX-License-Identifier: MIT
//
// From any word to the block that it points to: the question that a scan asks of every word of the heap.
//
// Side:    agent, floor 3 (snapshot). Child of a snapshot only.
// Memory:  12 bytes a block, and for each 64 KiB of heap 0.6 KiB (blocks at multiples of 16) or 1.2 KiB (of 8).
//
// A bitmap has a bit where a block starts; the rank of a bit, how many stand before it, is the block's number. Binary
// search over the addresses took three to five times as long on real heaps.
//
//   address:  | 46 … 30 | 29 … 16 | 15 … 0 |      unit of 64 KiB: { leaf, number of blocks before it, in a range? }
//               root      middle    leaf          leaf: bits, and the rank of each 64-bit word of them
#pragma once

#include <cstdint>

#include "snapshot/growing.h"

namespace prof::snapshot {

class Index {
   public:
    enum class Place : uint8_t { nowhere, start, inside, end };
    struct Found {
        Place place;
        bool in_range;  // the unit holds part of a range that was marked: ask further when it is no block
        uint32_t block;
        uint64_t offset;  // bytes from the block's start
    };

    // Before the first add. `grain_log2` is 4 when all blocks start at multiples of 16, 3 when of 8, and so on.
    [[nodiscard]] bool begin(uint64_t block_count, unsigned grain_log2) noexcept;
    // In ascending order of address. False: no memory.
    [[nodiscard]] bool add(uintptr_t address, uint64_t size_bytes) noexcept;
    // After the last add.
    void finish() noexcept;
    // Words up to `end` are worth asking of, too: somebody else knows of what they point to.
    void reach(uintptr_t end) noexcept;
    // Marks the units of a range, so that find() says in_range there.
    bool mark(uintptr_t start, uintptr_t end) noexcept;

    // Whether it is worth asking: most words lie far outside of all blocks and ranges.
    bool may_find(uint64_t word) const noexcept { return word - lowest_ < span_; }

    Found find(uint64_t word) const noexcept {
        if (!may_find(word)) return {Place::nowhere, false, 0, 0};
        const Unit* middle = root_[word >> middle_log2];
        if (middle == nullptr) return {Place::nowhere, false, 0, 0};
        return find_in(middle[(word >> unit_log2) & (units - 1)], word);
    }

    uint32_t count() const noexcept { return count_; }
    uintptr_t address(uint32_t block) const noexcept { return addresses_[block]; }
    uint64_t size(uint32_t block) const noexcept;
    // Number of the first block that starts at or after `address`.
    uint32_t first_from(uintptr_t address) const noexcept;

   private:
    static constexpr unsigned unit_log2 = 16, middle_log2 = 30, address_log2 = 47;
    static constexpr size_t units = size_t{1} << (middle_log2 - unit_log2);
    static constexpr uint32_t huge = UINT32_MAX;  // stands in sizes_ for 4 GiB and more
    struct Unit {
        uint64_t* leaf;   // bits, then ranks as uint16_t; null when no block starts here
        uint32_t before;  // blocks that start before this unit
        uint32_t in_range;
    };

    Found find_in(const Unit& unit, uint64_t word) const noexcept;
    Unit* make_unit(uintptr_t address) noexcept;
    uint64_t* make_leaf() noexcept;
    void rank_leaf(uint64_t* leaf) const noexcept;
    size_t leaf_words() const noexcept { return (size_t{1} << (unit_log2 - grain_log2_)) / 64; }

    unsigned grain_log2_ = 4;
    uint32_t count_ = 0;
    uintptr_t lowest_ = UINTPTR_MAX;
    uintptr_t highest_ = 0;
    uint64_t span_ = 0;
    Unit** root_ = nullptr;
    uint64_t* open_leaf_ = nullptr;
    uintptr_t open_unit_ = UINTPTR_MAX;
    char* leaves_ = nullptr;
    size_t leaves_left_ = 0;
    uintptr_t* addresses_ = nullptr;
    uint32_t* sizes_ = nullptr;
    struct Huge {
        uint32_t block;
        uint64_t size_bytes;
    };
    Growing<Huge> huges_;
};

// How many bits are set. Written out, since the baseline x86-64 has no instruction for it and libgcc's takes a table.
inline uint32_t bits_set(uint64_t word) noexcept {
    word -= (word >> 1) & 0x5555555555555555;
    word = (word & 0x3333333333333333) + ((word >> 2) & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return static_cast<uint32_t>((word * 0x0101010101010101) >> 56);
}

inline Index::Found Index::find_in(const Unit& unit, uint64_t word) const noexcept {
    uint32_t rank = unit.before;
    if (unit.leaf != nullptr) {
        const size_t bit = (word & ((1u << unit_log2) - 1)) >> grain_log2_;
        const uint64_t bits = unit.leaf[bit / 64];
        const auto* ranks = reinterpret_cast<const uint16_t*>(unit.leaf + leaf_words());
        const uint64_t upto = bits & (~uint64_t{0} >> (63 - bit % 64));
        rank += ranks[bit / 64] + bits_set(upto);
        const bool starts_here = (bits >> (bit % 64) & 1) != 0 && (word & ((uint64_t{1} << grain_log2_) - 1)) == 0;
        if (starts_here) return {Place::start, unit.in_range != 0, rank - 1, 0};
    }
    if (rank == 0) return {Place::nowhere, unit.in_range != 0, 0, 0};
    const uint32_t block = rank - 1;
    const uint64_t offset = word - addresses_[block];
    const uint64_t bytes = size(block);
    if (offset > bytes) return {Place::nowhere, unit.in_range != 0, 0, 0};
    return {offset == bytes ? Place::end : Place::inside, unit.in_range != 0, block, offset};
}

inline uint64_t Index::size(uint32_t block) const noexcept {
    const uint32_t bytes = sizes_[block];
    if (bytes != huge) [[likely]]
        return bytes;
    for (const Huge& one : huges_) {
        if (one.block == block) return one.size_bytes;
    }
    return bytes;
}

}  // namespace prof::snapshot
