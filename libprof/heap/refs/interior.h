// SPDX-License-Identifier: MIT
//
// Which pointers into the inside of a block hold it as a pointer to its start would: memcheck's four heuristics.
//
// Side:    heap, floor 5 (refs).
// Threads: const.
// Memory:  none; spans of the snapshot.
//
// They are memcheck's heuristic_reachedness() (Valgrind, memcheck/mc_leakcheck.c), as far as a snapshot holds what it
// looks at:
//
//     stdstring            at byte 24 behind length, capacity, use count (libstdc++'s old std::string), where
//                          capacity + 25 is the block's size. A length that was not kept is taken for zero
//     length64             at byte 8 behind a 64-bit number that is the size of the rest (sqlite's allocator)
//     newarray             at byte 8 behind a number that divides the rest: new T[n] where T has a destructor
//     multipleinheritance  at a word that is a pointer to a virtual table, in a block that begins with another.
//                          memcheck looks for code addresses in the table; a snapshot does not hold the module's own
//                          memory, so we ask that it lies in read-only memory of a module, at a multiple of 8
//
// The numbers must have been kept: all below 2^32 are, and so blocks up to 4 GiB are judged alike.
#pragma once

#include <string_view>

#include "base/result.h"
#include "read/snapshot.h"
#include "read/words.h"

namespace heapkit::refs {

struct Heuristics {
    bool stdstring = true;
    bool length64 = true;
    bool newarray = true;
    bool multipleinheritance = true;
    friend bool operator==(const Heuristics&, const Heuristics&) = default;
};
// "all", "none", or names with commas between them, as memcheck's --leak-check-heuristics has it.
Result<Heuristics> parse_heuristics(std::string_view text);

class InteriorPointers {
   public:
    // Borrows all three.
    InteriorPointers(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
                     Heuristics heuristics) noexcept
        : snapshot_(snapshot), blocks_(blocks), words_(words), heuristics_(heuristics) {}

    // Does a pointer to byte `into_bytes` of `block` hold it?
    bool hold(BlockId block, uint64_t into_bytes) const noexcept;

   private:
    bool is_string(BlockId block) const noexcept;
    bool is_behind_length(BlockId block) const noexcept;
    bool is_array(BlockId block) const noexcept;
    bool is_second_base(BlockId block, uint64_t into_bytes) const noexcept;
    bool may_be_virtual_table(const std::optional<read::Word>& word) const noexcept;
    std::optional<uint64_t> number_at(BlockId block, uint64_t offset_bytes) const noexcept;

    const read::Snapshot& snapshot_;
    const read::Blocks& blocks_;
    const read::Words& words_;
    const Heuristics heuristics_;
};

}  // namespace heapkit::refs
