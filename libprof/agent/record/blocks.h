// SPDX-License-Identifier: MIT
//
// The side table of live blocks: found by arithmetic from the address, 8 bytes for each 32 bytes of address.
//
//   address:  | 46 … 30 | 29 … 14 | 13 … 5 | 4 3 | 2 1 0 |
//               root      middle    leaf     offset in the slot, in words
//
// A block of 64 bytes or more covers the starts of no other block in its first two slots, whatever the allocator, so
// it owns two entries; a smaller one has a single entry in which everything fits:
//
//   first entry:   stack 27 | birth 20 | thread 8 | size 6 | kind 3       kind 0–3: a small block at word 0–3
//                  stack 27 | birth 20 | thread 14         | kind 3       kind 4:   a large block
//   second entry:  offset 2 at bit 51 | size 48            | kind 3       kind 5:   its other half
//
// Allocators with 8-byte size classes can put two blocks of at most 24 bytes into one slot. The second one to come
// goes to another plane of the same shape with a slot of 8 bytes; the first such meeting switches that plane on.
//
// Side:    agent, floor 2 (record).
// Threads: no locks. Two threads touch one entry only if the program itself races on a block, but for blocks that can
//          share a slot: which of two comes first to an empty one, a compare-and-swap decides.
// Memory:  leaves of a page for each 16 KiB of address in use, mapped some at a time with their pages: a fault for each
//          leaf, and two where it is looked at before it is written to, would cost more than all else here.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace prof::blocks {

struct Record {
    uint64_t size_bytes;
    uint32_t stack;
    uint32_t birth;  // at least 1, so that no entry of a block is zero
    uint32_t thread;
};

inline constexpr uint32_t max_stack = (1u << 27) - 1, max_tick = (1u << 20) - 1, max_thread = (1u << 14) - 1;
inline constexpr uint32_t max_small_thread = 255;  // small blocks of later threads: thread 0, unknown
inline constexpr uint64_t max_size = (uint64_t{1} << 48) - 1;
inline constexpr uint64_t large_bytes = 64;

using Entry = std::atomic<uint64_t>;

inline constexpr unsigned kind_large = 4, kind_second = 5, kind_mask = 7;
inline constexpr unsigned size_shift = 3, thread_shift = 9, large_thread_shift = 3, birth_shift = 17, stack_shift = 37;
inline constexpr unsigned second_size_shift = 3, second_offset_shift = 51;

inline uint32_t stack_of(uint64_t first) noexcept { return static_cast<uint32_t>(first >> stack_shift); }
inline uint32_t birth_of(uint64_t first) noexcept { return static_cast<uint32_t>(first >> birth_shift) & max_tick; }

inline uint64_t encode_small(const Record& record, unsigned word) noexcept {
    uint64_t thread = record.thread <= max_small_thread ? record.thread : 0;
    return uint64_t{record.stack} << stack_shift | uint64_t{record.birth} << birth_shift | thread << thread_shift |
           record.size_bytes << size_shift | word;
}

inline uint64_t encode_large(const Record& record) noexcept {
    return uint64_t{record.stack} << stack_shift | uint64_t{record.birth} << birth_shift |
           uint64_t{record.thread} << large_thread_shift | kind_large;
}

inline uint64_t encode_second(uint64_t size_bytes, unsigned word) noexcept {
    return uint64_t{word} << second_offset_shift | size_bytes << second_size_shift | kind_second;
}

Record decode(uint64_t first, uint64_t second) noexcept;

// The three levels for one slot size. Only the root is there from the start.
template <unsigned slot_log2>
struct Plane {
    static constexpr unsigned leaf_log2 = 14, middle_log2 = 30, address_log2 = 47;
    static constexpr size_t leaf_entries = size_t{1} << (leaf_log2 - slot_log2);
    static constexpr size_t middle_entries = size_t{1} << (middle_log2 - leaf_log2);
    static constexpr size_t root_entries = size_t{1} << (address_log2 - middle_log2);
    using Leaf = Entry*;
    using Middle = std::atomic<Leaf>;

    std::atomic<Middle*> root[root_entries];

    static size_t index_of(uintptr_t address) noexcept { return (address >> slot_log2) & (leaf_entries - 1); }

    // The entries of the 16 KiB around `address`, or null when there are none yet.
    Entry* leaf(uintptr_t address) noexcept {
        const uintptr_t in_root = address >> middle_log2;
        if (in_root >= root_entries) return nullptr;
        Middle* middle = root[in_root].load(std::memory_order_acquire);
        if (middle == nullptr) return nullptr;
        return middle[(address >> leaf_log2) & (middle_entries - 1)].load(std::memory_order_acquire);
    }
    Entry* entry(uintptr_t address) noexcept {
        Entry* entries = leaf(address);
        return entries == nullptr ? nullptr : entries + index_of(address);
    }
    Entry* make_entry(uintptr_t address) noexcept;  // null: no memory, or not a user address
    void clear() noexcept;                          // while nobody else is in it
};

using Coarse = Plane<5>;
using Fine = Plane<3>;

extern Coarse coarse;
extern std::atomic<Fine*> fine;  // null until two blocks met in one slot

inline unsigned word_of(uintptr_t address) noexcept { return (address >> 3) & 3; }

// Whether another block may begin in the slot in which one of this size does.
inline bool can_share(uint64_t size_bytes) noexcept { return size_bytes <= (1u << 5) - 8; }

// False: something is there already. Else a small block is put there.
inline bool fill(Entry& entry, uintptr_t address, const Record& record) noexcept {
    uint64_t empty = entry.load(std::memory_order_relaxed);
    const uint64_t word = encode_small(record, word_of(address));
    if (empty != 0) return false;
    if (can_share(record.size_bytes)) return entry.compare_exchange_strong(empty, word, std::memory_order_relaxed);
    entry.store(word, std::memory_order_relaxed);
    return true;
}

// What inserting displaced: blocks whose free was not seen.
struct Displaced {
    uint32_t count = 0;
    uintptr_t address[4];
    Record record[4];
};

// Puts a record in. False: no memory, or an address or size beyond the table.
bool insert_slow(uintptr_t address, const Record& record, Displaced& displaced) noexcept;

// The common case: the slots are there and empty. False: nothing was done, call insert_slow.
[[gnu::always_inline]] inline bool insert_fast(uintptr_t address, const Record& record) noexcept {
    Entry* entries = coarse.leaf(address);
    if (entries == nullptr) return false;
    size_t index = Coarse::index_of(address);
    Entry& first = entries[index];
    if (record.size_bytes < large_bytes) return fill(first, address, record);
    if (first.load(std::memory_order_relaxed) != 0) return false;
    if (index == Coarse::leaf_entries - 1 || record.size_bytes > max_size) return false;
    Entry& second = entries[index + 1];
    if (second.load(std::memory_order_relaxed) != 0) return false;
    second.store(encode_second(record.size_bytes, word_of(address)), std::memory_order_relaxed);
    first.store(encode_large(record), std::memory_order_release);
    return true;
}

struct Taken {
    uint64_t first;  // 0: there was no such block
    uint64_t size_bytes;
};

Taken take_slow(uintptr_t address) noexcept;

// Takes a record out. With a large one, what the program handed out of it ends.
inline Taken take(uintptr_t address) noexcept {
    Entry* entry = coarse.entry(address);
    if (entry == nullptr) return {0, 0};
    uint64_t word = entry->load(std::memory_order_relaxed);
    if (word != 0 && (word & kind_mask) == word_of(address)) {
        entry->store(0, std::memory_order_relaxed);
        return {word, (word >> size_shift) & 63};
    }
    return take_slow(address);
}

// Puts a record back that take() gave, as it was.
bool restore(uintptr_t address, uint64_t first, uint64_t size_bytes) noexcept;

// Another stack for the block at `address`, whose first entry is `first`. False: it is not there any more.
bool replace_stack(uintptr_t address, uint64_t first, uint32_t stack) noexcept;

// The record of the block that starts at `address`, left in place. False: none does.
bool find(uintptr_t address, Record& record) noexcept;

// The last live block that begins at or before `address`, as far as somebody looks: not below `lowest`, and 65,536
// leaves of the table. `first`: its first entry.
bool last_before(uintptr_t address, uintptr_t lowest, uintptr_t& start, uint64_t& first, Record& record) noexcept;

// Takes all records out, while nobody else is in the table.
void forget_all() noexcept;

// The first live block at or after `from`; false when there is none.
bool next_block(uintptr_t from, uintptr_t& address, Record& record) noexcept;

}  // namespace prof::blocks
