// SPDX-License-Identifier: MIT
//
// The side table. Side: agent, floor 2 (record). See blocks.h for the layout.
//
// Why arithmetic and not a hash table: measured, a hash costs 200 to 500 ns a pair on heaps of millions of blocks,
// where the neighbours of a block share a cache line here. Why three levels and not one reservation of 32 TiB:
// RLIMIT_AS, mlockall and strict overcommit forbid that one. The upper two levels are hot in the first-level cache.
#include "record/blocks.h"

#include "base/arena.h"

namespace prof::blocks {

namespace {

constexpr uint32_t root_bits = 17, middle_bits = 14, leaf_bits = 11, slot_shift = 5;
constexpr uint32_t leaf_shift = slot_shift + leaf_bits;
constexpr uint32_t middle_shift = leaf_shift + middle_bits;
constexpr uint32_t root_entries = 1u << root_bits, middle_entries = 1u << middle_bits, leaf_entries = 1u << leaf_bits;
constexpr uintptr_t address_limit = uintptr_t{1} << (middle_shift + root_bits);

struct Leaf {
    uint64_t entry[leaf_entries];
};
struct Middle {
    Leaf* leaf[middle_entries];
};

Middle* root[root_entries];

// ---- An entry ------------------------------------------------------------------------------------------------------

constexpr uint32_t thread_at = 0, birth_at = 8, stack_at = 28, size_at = 55, offset_at = 61, kind_at = 63;
static_assert(birth_at + birth_bits == stack_at && stack_at + stack_bits == size_at && kind_at + 1 == 64);
constexpr uint32_t wide_size_at = 16;

constexpr uint64_t field(uint64_t entry, uint32_t at, uint32_t bits) noexcept {
    return (entry >> at) & ((uint64_t{1} << bits) - 1);
}

constexpr bool is_large(uint64_t entry) noexcept { return field(entry, kind_at, 1) != 0; }

constexpr uint64_t first_entry(uintptr_t address, const Facts& facts) noexcept {
    const bool large = facts.size_bytes >= large_from_bytes;
    const uint64_t thread = facts.thread < small_thread_at_most ? facts.thread : small_thread_at_most;
    return uint64_t{large} << kind_at | ((address >> 3) & 3) << offset_at |
           (large ? 0 : facts.size_bytes) << size_at | uint64_t{facts.stack} << stack_at |
           uint64_t{facts.birth} << birth_at | thread << thread_at;
}

constexpr uint64_t second_entry(const Facts& facts) noexcept {
    const uint64_t size = facts.size_bytes < size_at_most ? facts.size_bytes : size_at_most;
    return size << wide_size_at | (facts.thread & 0xffff);
}

constexpr Facts facts_of(uint64_t first, uint64_t second) noexcept {
    const bool large = is_large(first);
    return {.size_bytes = large ? second >> wide_size_at : field(first, size_at, 6),
            .stack = static_cast<uint32_t>(field(first, stack_at, stack_bits)),
            .birth = static_cast<uint32_t>(field(first, birth_at, birth_bits)),
            .thread = static_cast<uint32_t>(large ? second & 0xffff : field(first, thread_at, 8))};
}

constexpr uintptr_t start_of(uintptr_t slot_address, uint64_t entry) noexcept {
    return slot_address + field(entry, offset_at, 2) * 8;
}

// ---- Finding an entry ----------------------------------------------------------------------------------------------

uint64_t* entry_at(uintptr_t address) noexcept {
    if (address >= address_limit) return nullptr;
    const Middle* middle = __atomic_load_n(&root[address >> middle_shift], __ATOMIC_ACQUIRE);
    if (middle == nullptr) return nullptr;
    Leaf* leaf = __atomic_load_n(&middle->leaf[(address >> leaf_shift) & (middle_entries - 1)], __ATOMIC_ACQUIRE);
    return leaf == nullptr ? nullptr : &leaf->entry[(address >> slot_shift) & (leaf_entries - 1)];
}

// The table at `place`, made when there is none. A table that loses the race is left unused: rare, and never wrong.
template <typename Table>
Table* table_at(Table** place) noexcept {
    Table* table = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (table != nullptr) return table;
    Table* fresh = static_cast<Table*>(arena::take(sizeof(Table)));
    if (fresh == nullptr) return nullptr;
    return __atomic_compare_exchange_n(place, &table, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ? fresh : table;
}

[[gnu::noinline]] uint64_t* make_entry_slow(uintptr_t address) noexcept {
    if (address >= address_limit) return nullptr;
    Middle* middle = table_at(&root[address >> middle_shift]);
    if (middle == nullptr) return nullptr;
    Leaf* leaf = table_at(&middle->leaf[(address >> leaf_shift) & (middle_entries - 1)]);
    return leaf == nullptr ? nullptr : &leaf->entry[(address >> slot_shift) & (leaf_entries - 1)];
}

uint64_t* make_entry(uintptr_t address) noexcept {
    uint64_t* entry = entry_at(address);
    return entry != nullptr ? entry : make_entry_slow(address);
}

uint64_t load(const uint64_t* entry) noexcept { return __atomic_load_n(entry, __ATOMIC_RELAXED); }
void store(uint64_t* entry, uint64_t value) noexcept { __atomic_store_n(entry, value, __ATOMIC_RELAXED); }

// The second entry of a large block; in the next leaf when the first is the last of its own.
uint64_t second_of(uintptr_t address) noexcept {
    const uint64_t* second = entry_at(address + slot_bytes);
    return second == nullptr ? 0 : load(second);
}

Facts facts_at(uintptr_t address, uint64_t first) noexcept {
    return facts_of(first, is_large(first) ? second_of(address) : 0);
}

bool starts_at(uintptr_t address, uint64_t entry) noexcept {
    return entry != 0 && field(entry, offset_at, 2) == ((address >> 3) & 3);
}

void clear(uintptr_t address) noexcept {
    if (uint64_t* entry = entry_at(address)) store(entry, 0);
}

// Removes whatever is recorded in the slot of `address`: a block that starts there, or one whose second entry it is.
[[gnu::noinline]] void evict_slow(uintptr_t address, Evicted& evicted) noexcept {
    const uintptr_t slot = address & ~uintptr_t{slot_bytes - 1};
    const uint64_t* before = entry_at(slot - slot_bytes);
    const bool is_second = before != nullptr && is_large(load(before));
    const uintptr_t first_slot = is_second ? slot - slot_bytes : slot;
    const uint64_t first = load(entry_at(first_slot));
    evicted.facts[evicted.count++] = facts_at(first_slot, first);
    clear(first_slot);
    if (is_large(first)) clear(first_slot + slot_bytes);
}

}  // namespace

bool start() noexcept { return true; }

bool insert(uintptr_t address, const Facts& facts, Evicted& evicted) noexcept {
    const bool large = facts.size_bytes >= large_from_bytes;
    uint64_t* entry = make_entry(address);
    uint64_t* second = large ? make_entry(address + slot_bytes) : nullptr;
    if (entry == nullptr || (large && second == nullptr)) return false;
    if (load(entry) != 0) evict_slow(address, evicted);
    if (large) {
        if (load(second) != 0) evict_slow(address + slot_bytes, evicted);
        store(second, second_entry(facts));
    }
    store(entry, first_entry(address, facts));
    return true;
}

bool find(uintptr_t address, Facts& facts) noexcept {
    const uint64_t* entry = entry_at(address);
    if (entry == nullptr) return false;
    const uint64_t first = load(entry);
    if (!starts_at(address, first)) return false;
    facts = facts_at(address, first);
    return true;
}

bool take(uintptr_t address, Facts& facts) noexcept {
    uint64_t* entry = entry_at(address);
    if (entry == nullptr) return false;
    const uint64_t first = load(entry);
    if (!starts_at(address, first)) return false;
    facts = facts_at(address, first);
    store(entry, 0);
    if (is_large(first)) {
        if (uint64_t* second = entry_at(address + slot_bytes)) store(second, 0);
    }
    return true;
}

}  // namespace prof::blocks

// ---- For those who write it down -----------------------------------------------------------------------------------

namespace prof::tables {

namespace {

using namespace prof::blocks;

Block block_from(uintptr_t slot_address, uint64_t first) noexcept {
    const uintptr_t address = start_of(slot_address, first);
    const Facts facts = facts_at(address, first);
    return {.address = address,
            .size_bytes = facts.size_bytes,
            .stack = facts.stack,
            .birth = facts.birth,
            .thread = facts.thread};
}

// Where the next block may start. What is recorded inside a large block is stale: its free was not seen.
uintptr_t behind(uintptr_t slot_address, uint64_t first, const Block& block) noexcept {
    if (!is_large(first)) return slot_address + slot_bytes;
    const uintptr_t end = (block.address + block.size_bytes) & ~uintptr_t{slot_bytes - 1};
    return end > slot_address + 2 * slot_bytes ? end : slot_address + 2 * slot_bytes;
}

// First address at or after `at` whose leaf exists; address_limit when there is none.
uintptr_t next_leaf(uintptr_t at) noexcept {
    while (at < address_limit) {
        const Middle* middle = root[at >> middle_shift];
        if (middle == nullptr) {
            at = ((at >> middle_shift) + 1) << middle_shift;
        } else if (middle->leaf[(at >> leaf_shift) & (middle_entries - 1)] == nullptr) {
            at = ((at >> leaf_shift) + 1) << leaf_shift;
        } else {
            return at;
        }
    }
    return address_limit;
}

}  // namespace

bool BlockCursor::next(Block& block) noexcept {
    for (at_ = next_leaf(at_); at_ < address_limit; at_ = next_leaf(at_)) {
        const Leaf* leaf = root[at_ >> middle_shift]->leaf[(at_ >> leaf_shift) & (middle_entries - 1)];
        for (uintptr_t slot = (at_ >> slot_shift) & (leaf_entries - 1); slot < leaf_entries; ++slot) {
            const uint64_t first = leaf->entry[slot];
            if (first == 0) continue;
            const uintptr_t slot_address = (at_ >> leaf_shift << leaf_shift) | slot << slot_shift;
            block = block_from(slot_address, first);
            at_ = behind(slot_address, first, block);
            return true;
        }
        at_ = ((at_ >> leaf_shift) + 1) << leaf_shift;
    }
    return false;
}

}  // namespace prof::tables
