// SPDX-License-Identifier: MIT
//
// Which pointers into the inside of a block hold it as a pointer to its start would: memcheck's four heuristics, one of
// our own, and what CPython says of its objects.
//
// Side:    heap, floor 5 (refs).
// Threads: const.
// Memory:  spans of the snapshot; 8 bytes a call stack for headers.
//
// Four are memcheck's heuristic_reachedness() (Valgrind, memcheck/mc_leakcheck.c), as far as a snapshot holds what it
// looks at. The fifth looks at all blocks of a call stack together (interior_headers.h):
//
//     stdstring            at byte 24 behind length, capacity, use count (libstdc++'s old std::string), where
//                          capacity + 25 is the block's size. A length that was not kept is taken for zero
//     length64             at byte 8 behind a 64-bit number that is the size of the rest (sqlite's allocator)
//     newarray             at byte 8 behind a number that divides the rest: new T[n] where T has a destructor
//     multipleinheritance  at a word that is a pointer to a virtual table, in a block that begins with another.
//                          memcheck looks for code addresses in the table; a snapshot does not hold the module's own
//                          memory, so we ask that it lies in read-only memory of a module, at a multiple of 8
//     header               at a byte where many blocks of this call stack are pointed to
//
// The numbers must have been kept: all below 2^32 are, and so blocks up to 4 GiB are judged alike.
#pragma once

#include <string_view>

#include <heapkit/result.h>
#include "python/objects.h"
#include "read/snapshot.h"
#include "read/words.h"
#include "refs/interior_headers.h"

namespace heapkit::refs {

struct Heuristics {
    bool stdstring = true;
    bool length64 = true;
    bool newarray = true;
    bool multipleinheritance = true;
    bool header = true;
    friend bool operator==(const Heuristics&, const Heuristics&) = default;
};
// "all", "none", "memcheck" for its four, or names with commas between them, as its --leak-check-heuristics has it.
Result<Heuristics> parse_heuristics(std::string_view text);

class InteriorPointers {
   public:
    // Borrows all four.
    InteriorPointers(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
                     const python::Objects& python, Heuristics heuristics)
        : snapshot_(snapshot),
          blocks_(blocks),
          words_(words),
          python_(python),
          heuristics_(heuristics),
          headers_(heuristics.header ? Headers(blocks, words) : Headers()) {}

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
    const python::Objects& python_;
    const Heuristics heuristics_;
    const Headers headers_;
};

}  // namespace heapkit::refs
