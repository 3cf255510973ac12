// SPDX-License-Identifier: MIT
//
// The side table: see blocks.h for the encoding. Here: growing it, the rare meetings, and walking it in order.
//
// Side:    agent, floor 2 (record).
// Why arithmetic and not a hash table: a hash costs 200 to 500 ns a pair on heaps of millions of blocks, where the
// neighbours of a block share a cache line here. Why three levels and not one reservation of 32 TiB: RLIMIT_AS,
// mlockall and strict overcommit forbid that one.
#include "blocks.h"

#include "base/arena.h"
#include "pools.h"
#include "reported.h"
#include "tables.h"

namespace prof::blocks {

constinit Coarse coarse{};
constinit std::atomic<Fine*> fine{nullptr};

namespace {

constexpr unsigned coarse_bytes = 32;
constexpr uintptr_t page_bytes = 4096;
static_assert(Coarse::leaf_entries * sizeof(Entry) == page_bytes);

uint64_t size_in(uint64_t second) noexcept { return (second >> second_size_shift) & max_size; }
unsigned word_in(uint64_t second) noexcept { return (second >> second_offset_shift) & 3; }
unsigned kind_of(uint64_t entry) noexcept { return entry & kind_mask; }
bool is_small(uint64_t entry) noexcept { return entry != 0 && kind_of(entry) < kind_large; }

uint64_t load(const Entry* entry) noexcept { return entry == nullptr ? 0 : entry->load(std::memory_order_relaxed); }

// Where the next leaf is, and in the bits below a page how many follow it; 0 when there are none.
constinit std::atomic<uintptr_t> spare_leaves{0};
constinit std::atomic<uintptr_t> leaves_mapped{0};

// How many to map together: a small share of those there are, so that what is not needed in the end is small too.
uintptr_t leaves_at_once() noexcept {
    constexpr uintptr_t least = 4, most = 256, share = 32;
    uintptr_t wanted = leaves_mapped.load(std::memory_order_relaxed) / share;
    return wanted < least ? least : wanted > most ? most : wanted;
}

// A zeroed page, already there. Leaves of the coarse plane alone are of that size.
void* take_page() noexcept {
    uintptr_t spare = spare_leaves.load(std::memory_order_acquire);
    while (spare != 0) {
        uintptr_t page = spare & ~(page_bytes - 1), following = spare & (page_bytes - 1);
        uintptr_t rest = following == 0 ? 0 : page + page_bytes + (following - 1);
        if (spare_leaves.compare_exchange_weak(spare, rest, std::memory_order_acq_rel))
            return reinterpret_cast<void*>(page);
    }
    uintptr_t count = leaves_at_once();
    auto page = reinterpret_cast<uintptr_t>(arena::map(count * page_bytes, true));
    if (page == 0) return nullptr;
    leaves_mapped.fetch_add(count, std::memory_order_relaxed);
    // Who finds that somebody else mapped some meanwhile leaves the rest of these unused.
    spare_leaves.compare_exchange_strong(spare, page + page_bytes + (count - 2), std::memory_order_acq_rel);
    return reinterpret_cast<void*>(page);
}

// Puts a zeroed table of `count` elements behind `pointer` unless somebody else was faster.
template <class T>
T* make_table(std::atomic<T*>& pointer, size_t count) noexcept {
    T* table = pointer.load(std::memory_order_acquire);
    if (table != nullptr) return table;
    size_t bytes = count * sizeof(T);
    auto* fresh = static_cast<T*>(bytes == page_bytes ? take_page() : arena::take(bytes));
    if (fresh == nullptr) return nullptr;
    return pointer.compare_exchange_strong(table, fresh, std::memory_order_acq_rel) ? fresh : table;
}

// `slot`: where it begins, in the plane that had it.
void displace(Displaced& displaced, uintptr_t slot, uint64_t first, uint64_t second) noexcept {
    if (displaced.count == 4) return;
    const unsigned word = kind_of(first) == kind_large ? word_in(second) : kind_of(first);
    displaced.address[displaced.count] = (slot & ~uintptr_t{coarse_bytes - 1}) + word * 8;
    displaced.record[displaced.count++] = decode(first, second);
}

// Empties the slot at `address`, whichever half of a block stands in it.
void clear_slot(uintptr_t address, Entry& entry, Displaced& displaced) noexcept {
    uint64_t word = entry.load(std::memory_order_relaxed);
    if (word == 0) return;
    entry.store(0, std::memory_order_relaxed);
    if (kind_of(word) == kind_second) {
        Entry* first = coarse.entry(address - coarse_bytes);
        if (kind_of(load(first)) == kind_large)
            displace(displaced, address - coarse_bytes, first->exchange(0, std::memory_order_relaxed), word);
        return;
    }
    uint64_t second = 0;
    if (kind_of(word) == kind_large) {
        Entry* other = coarse.entry(address + coarse_bytes);
        if (kind_of(load(other)) == kind_second) second = other->exchange(0, std::memory_order_relaxed);
    }
    displace(displaced, address, word, second);
}

// Two small blocks in one 32-byte slot that do not overlap: both are alive. Of an empty one too: somebody was there
// when it was to be filled, and may come again.
bool share_slot(uint64_t word, uintptr_t address, const Record& record) noexcept {
    if (!can_share(record.size_bytes)) return false;
    if (!is_small(word)) return word == 0;
    uint64_t other_start = kind_of(word) * 8, other_end = other_start + ((word >> size_shift) & 63);
    uint64_t start = word_of(address) * 8, end = start + record.size_bytes;
    return start != other_start && (end <= other_start || other_end <= start);
}

Entry* fine_entry(uintptr_t address) noexcept {
    Fine* plane = fine.load(std::memory_order_acquire);
    return plane == nullptr ? nullptr : plane->entry(address);
}

bool insert_fine(uintptr_t address, const Record& record, Displaced& displaced) noexcept {
    Fine* plane = make_table(fine, 1);
    Entry* entry = plane == nullptr ? nullptr : plane->make_entry(address);
    if (entry == nullptr) return false;
    uint64_t old = entry->exchange(encode_small(record, word_of(address)), std::memory_order_relaxed);
    if (old != 0) displace(displaced, address, old, 0);
    return true;
}

bool insert_coarse(uintptr_t address, Entry& first, const Record& record, Displaced& displaced) noexcept {
    if (record.size_bytes < large_bytes) {
        clear_slot(address, first, displaced);
        first.store(encode_small(record, word_of(address)), std::memory_order_relaxed);
        return true;
    }
    Entry* second = coarse.make_entry(address + coarse_bytes);
    if (second == nullptr) return false;
    clear_slot(address, first, displaced);
    clear_slot(address + coarse_bytes, *second, displaced);
    second->store(encode_second(record.size_bytes, word_of(address)), std::memory_order_relaxed);
    first.store(encode_large(record), std::memory_order_release);
    return true;
}

// First entry of a block in one leaf, from slot `i` on; 0 when it has none.
template <class P>
uint64_t next_in_leaf(const Entry* leaf, size_t& i) noexcept {
    for (; i < P::leaf_entries; ++i) {
        uint64_t word = leaf[i].load(std::memory_order_acquire);
        if (word != 0 && kind_of(word) != kind_second) return word;
    }
    return 0;
}

// First entry of a block at or after `from` in one plane, and its slot's address; 0 when the plane has none.
template <unsigned slot_log2>
uint64_t next_in(Plane<slot_log2>& plane, uintptr_t from, uintptr_t& slot) noexcept {
    using P = Plane<slot_log2>;
    while (from >> P::address_log2 == 0) {
        auto* middle = plane.root[from >> P::middle_log2].load(std::memory_order_acquire);
        if (middle == nullptr) {
            from = ((from >> P::middle_log2) + 1) << P::middle_log2;
            continue;
        }
        Entry* leaf = middle[(from >> P::leaf_log2) & (P::middle_entries - 1)].load(std::memory_order_acquire);
        uintptr_t start = from >> P::leaf_log2 << P::leaf_log2;
        size_t i = P::index_of(from);
        if (uint64_t word = leaf == nullptr ? 0 : next_in_leaf<P>(leaf, i); word != 0) {
            slot = start + (uintptr_t{i} << slot_log2);
            return word;
        }
        from = start + (uintptr_t{1} << P::leaf_log2);
    }
    return 0;
}

bool next_coarse(uintptr_t from, uintptr_t& address, Record& record) noexcept {
    uintptr_t at = from & ~uintptr_t{coarse_bytes - 1}, slot = 0;
    for (uint64_t first = 0; (first = next_in(coarse, at, slot)) != 0; at = slot + coarse_bytes) {
        bool large = kind_of(first) == kind_large;
        uint64_t second = large ? load(coarse.entry(slot + coarse_bytes)) : 0;
        if (large && kind_of(second) != kind_second) continue;  // half-way in or out
        address = slot + (large ? word_in(second) : kind_of(first)) * 8;
        record = decode(first, second);
        if (address >= from) return true;
    }
    return false;
}

// The last block that begins in this plane at or before `address`, in one leaf.
bool last_in_leaf(const Entry* leaf, uintptr_t leaf_start, uintptr_t address, uintptr_t& start, uint64_t& first,
                  Record& record) noexcept {
    for (size_t i = Coarse::index_of(address) + 1; i-- > 0;) {
        first = leaf[i].load(std::memory_order_acquire);
        if (first == 0 || kind_of(first) == kind_second) continue;
        const uintptr_t slot = leaf_start + i * coarse_bytes;
        const bool large = kind_of(first) == kind_large;
        const uint64_t second = large ? load(coarse.entry(slot + coarse_bytes)) : 0;
        if (large && kind_of(second) != kind_second) continue;  // half-way in or out
        start = slot + (large ? word_in(second) : kind_of(first)) * 8;
        record = decode(first, second);
        if (start <= address) return true;
    }
    return false;
}

bool last_coarse(uintptr_t address, uintptr_t lowest, uintptr_t& start, uint64_t& first, Record& record) noexcept {
    constexpr unsigned most_leaves = 1 << 16;
    for (unsigned looked = 0; looked < most_leaves && address >= lowest; ++looked) {
        const uintptr_t leaf_start = address & ~((uintptr_t{1} << Coarse::leaf_log2) - 1);
        const Entry* leaf = coarse.leaf(address);
        if (leaf != nullptr && last_in_leaf(leaf, leaf_start, address, start, first, record)) return start >= lowest;
        if (leaf_start == 0) return false;
        address = leaf_start - 1;
    }
    return false;
}

bool next_fine(uintptr_t from, uintptr_t& address, Record& record) noexcept {
    Fine* plane = fine.load(std::memory_order_acquire);
    uint64_t first = plane == nullptr ? 0 : next_in(*plane, (from + 7) & ~uintptr_t{7}, address);
    if (first != 0) record = decode(first, 0);
    return first != 0;
}

}  // namespace

template <unsigned slot_log2>
Entry* Plane<slot_log2>::make_entry(uintptr_t address) noexcept {
    if (address >> address_log2 != 0) return nullptr;
    Middle* middle = make_table(root[address >> middle_log2], middle_entries);
    if (middle == nullptr) return nullptr;
    Leaf made = make_table(middle[(address >> leaf_log2) & (middle_entries - 1)], leaf_entries);
    return made == nullptr ? nullptr : made + index_of(address);
}

template <unsigned slot_log2>
void Plane<slot_log2>::clear() noexcept {
    for (std::atomic<Middle*>& place : root) {
        Middle* const middle = place.load(std::memory_order_acquire);
        for (size_t i = 0; middle != nullptr && i < middle_entries; ++i) {
            Entry* const leaf = middle[i].load(std::memory_order_acquire);
            for (size_t j = 0; leaf != nullptr && j < leaf_entries; ++j) leaf[j].store(0, std::memory_order_relaxed);
        }
    }
}

// For pools.cpp, whose planes these are too.
template Entry* Plane<4>::make_entry(uintptr_t) noexcept;
template Entry* Plane<3>::make_entry(uintptr_t) noexcept;
template void Plane<4>::clear() noexcept;
template void Plane<3>::clear() noexcept;

Record decode(uint64_t first, uint64_t second) noexcept {
    Record record{.size_bytes = (first >> size_shift) & 63,
                  .stack = stack_of(first),
                  .birth = birth_of(first),
                  .thread = static_cast<uint32_t>(first >> thread_shift) & max_small_thread};
    if (kind_of(first) == kind_large) {
        record.size_bytes = size_in(second);
        record.thread = static_cast<uint32_t>(first >> large_thread_shift) & max_thread;
    }
    return record;
}

bool insert_slow(uintptr_t address, const Record& record, Displaced& displaced) noexcept {
    if (record.size_bytes > max_size) return false;
    Entry* first = coarse.make_entry(address);
    if (first == nullptr) return false;
    if (record.size_bytes < large_bytes && fill(*first, address, record)) return true;
    if (share_slot(load(first), address, record)) return insert_fine(address, record, displaced);
    return insert_coarse(address, *first, record, displaced);
}

Taken take_slow(uintptr_t address) noexcept {
    Entry* entry = coarse.entry(address);
    uint64_t word = load(entry);
    if (kind_of(word) == kind_large) {
        Entry* other = coarse.entry(address + coarse_bytes);
        uint64_t second = load(other);
        if (kind_of(second) == kind_second && word_in(second) == word_of(address)) {
            entry->store(0, std::memory_order_relaxed);
            other->store(0, std::memory_order_relaxed);
            if (pools::any()) [[unlikely]]
                reported::end_inside(address, size_in(second), stack_of(word));
            return {word, size_in(second)};
        }
    }
    Entry* small = fine_entry(address);
    uint64_t first = small == nullptr ? 0 : small->exchange(0, std::memory_order_relaxed);
    return {first, (first >> size_shift) & 63};
}

bool restore(uintptr_t address, uint64_t first, uint64_t size_bytes) noexcept {
    Displaced displaced;
    return insert_slow(address, decode(first, encode_second(size_bytes, 0)), displaced);
}

bool replace_stack(uintptr_t address, uint64_t first, uint32_t stack) noexcept {
    const uint64_t changed = (first & ((uint64_t{1} << stack_shift) - 1)) | uint64_t{stack} << stack_shift;
    for (Entry* entry : {coarse.entry(address), fine_entry(address)}) {
        uint64_t there = first;
        if (entry != nullptr && entry->compare_exchange_strong(there, changed, std::memory_order_relaxed)) return true;
    }
    return false;
}

bool find(uintptr_t address, Record& record) noexcept {
    uintptr_t at = 0;
    return next_block(address, at, record) && at == address;
}

bool last_before(uintptr_t address, uintptr_t lowest, uintptr_t& start, uint64_t& first, Record& record) noexcept {
    const bool found = last_coarse(address, lowest, start, first, record);
    if (fine.load(std::memory_order_relaxed) == nullptr) return found;
    for (unsigned back = 0; back <= coarse_bytes; back += 8) {  // those of the other plane are smaller than a slot
        const uintptr_t at = (address & ~uintptr_t{7}) - back;
        const uint64_t word = load(fine_entry(at));
        if (word == 0 || at < lowest) continue;
        if (found && start >= at) return true;
        start = at;
        first = word;
        record = decode(word, 0);
        return true;
    }
    return found;
}

void forget_all() noexcept {
    coarse.clear();
    if (Fine* plane = fine.load(std::memory_order_acquire)) plane->clear();
}

bool next_block(uintptr_t from, uintptr_t& address, Record& record) noexcept {
    uintptr_t fine_address = 0;
    Record fine_record{};
    bool in_coarse = next_coarse(from, address, record);
    bool in_fine = next_fine(from, fine_address, fine_record);
    if (in_fine && (!in_coarse || fine_address < address)) {
        address = fine_address;
        record = fine_record;
    }
    return in_coarse || in_fine;
}

}  // namespace prof::blocks

namespace prof::tables {

namespace {

Block block_of(uintptr_t address, const blocks::Record& record) noexcept {
    return {.address = address,
            .size_bytes = record.size_bytes,
            .stack = record.stack,
            .birth = record.birth,
            .thread = record.thread};
}

}  // namespace

bool BlockCursor::next(Block& block) noexcept {
    const auto look = [&](Ahead& ahead, bool (*next_in)(uintptr_t, uintptr_t&, blocks::Record&) noexcept) {
        if (!ahead.is_there || !ahead.is_used) return;
        blocks::Record record;
        uintptr_t address = 0;
        ahead.is_there = next_in(at_, address, record);
        ahead.is_used = false;
        if (ahead.is_there) ahead.block = block_of(address, record);
    };
    look(coarse_, blocks::next_coarse);
    look(fine_, blocks::next_fine);
    if (!coarse_.is_there && !fine_.is_there) return false;
    const bool takes_fine = fine_.is_there && (!coarse_.is_there || fine_.block.address < coarse_.block.address);
    Ahead& taken = takes_fine ? fine_ : coarse_;
    taken.is_used = true;
    block = taken.block;
    at_ = block.address + 1;
    return true;
}

}  // namespace prof::tables
