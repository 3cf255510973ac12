// SPDX-License-Identifier: MIT
//
// The kept memory of a heap, read at places: where a pointer leads, what number lies somewhere.
//
// Side:    heap, floor 4 (types).
// Threads: one thread: it remembers where it read last.
// Memory:  16 bytes a root.
//
// A word that was not kept was null, text, or a large number: as a pointer it leads nowhere, as a flag or a count it is
// taken for zero (docs/decisions/0002-snapshot-words.md, rule 4).
#pragma once

#include <optional>
#include <vector>

#include "read/words.h"
#include "types/containers.h"

namespace heapkit::types {

class Memory {
   public:
    // Borrows all three.
    Memory(const read::Blocks& blocks, const read::Words& words);

    const read::Blocks& blocks() const noexcept { return blocks_; }
    const read::Words& words() const noexcept { return words_; }

    read::WordRange words_of(const Place& place) const noexcept;
    uint64_t address_of(const Place& place) const noexcept;
    // Of the block or root that a place lies in.
    uint64_t area_bytes(const Place& place) const noexcept;
    static Place moved(Place place, uint64_t bytes) noexcept {
        return {place.is_root, place.index, place.offset_bytes + bytes};
    }
    static Place start_of(BlockId block) noexcept { return {false, block.value, 0}; }

    // The words of a block will soon be asked for.
    void prefetch(BlockId block) const noexcept {
        const uint64_t begin = block.index() == 0 ? 0 : words_.block_end[block.index() - 1];
        __builtin_prefetch(words_.slot.data() + begin);
        __builtin_prefetch(words_.value.data() + begin);
    }

    std::optional<read::Word> word_at(const Place& place) const;
    // Where the pointer at a place leads: into a block or a root; one past a block's end too.
    std::optional<Place> pointer_at(const Place& place) const;
    // The address in it, of code and constant data too; 0 for null and what was not kept.
    uint64_t address_in(const Place& place) const;
    // The number of 1, 2, 4 or 8 bytes at a place: 0 when it was not kept.
    uint64_t number_at(const Place& place, uint64_t size_bytes) const;
    // The place of an address in a root.
    std::optional<Place> root_place(uint64_t address) const;

   private:
    read::WordRange::Iterator seek(const Place& place) const;

    const read::Blocks& blocks_;
    const read::Words& words_;
    struct RootStart {
        uint64_t address;
        uint32_t index;
    };
    std::vector<RootStart> roots_;  // by address

    // Where the last word was read: most are read from front to back.
    mutable Place last_ = {.is_root = true, .index = UINT32_MAX, .offset_bytes = 0};
    mutable read::WordRange::Iterator last_found_;
};

}  // namespace heapkit::types
