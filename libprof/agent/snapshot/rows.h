// SPDX-License-Identifier: MIT
//
// The rows of the block columns: malloc's live blocks and those that the program hands out itself, in address order,
// none overlapping.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
//
//     malloc   |      a 64 KiB block       |   | block |
//     reported          | A | B |   | C |                  | D |      D: of memory that is not malloc's
//     rows     | rest   | A | B |   | C |      | block |   | D |      rest: its size reaches to A
//
// Dropped is what cannot be so: a reported block that is older than the one around it, that crosses its end, or whose
// memory is no longer mapped, or is the recorder's own by now. Its end was not seen.
#pragma once

#include <prof/format.h>

#include "base/arena.h"
#include "record/pools.h"
#include "snapshot/live_blocks.h"
#include "snapshot/maps.h"

namespace prof::snapshot {

struct Row {
    enum class Kind : uint8_t {
        malloced,
        reported,  // by the program
        rest,      // what is left of a block in which others lie, up to the first of them that follows
    };
    tables::Block block;
    Kind kind;
};

class Rows {
   public:
    Rows(const Growing<tables::Block>& in_flight, const Maps& maps) noexcept;

    bool next(Row& row) noexcept;

    // Those whose rows are all done. `slack` is not filled in.
    const Growing<prof_pool>& pools() const noexcept { return pools_; }
    uint64_t dropped() const noexcept { return blocks_.dropped() + dropped_; }
    // A pool that is not listed, since there is no memory: its rows overlap nothing all the same.
    uint64_t unlisted() const noexcept { return unlisted_; }

   private:
    void next_block() noexcept { has_block_ = blocks_.next(block_); }
    void next_reported() noexcept;
    void drop_reported() noexcept;
    bool is_mapped(const pools::Reported& one) noexcept;
    bool fits() const noexcept;
    bool next_in_pool(Row& row) noexcept;
    bool put_rest(uintptr_t end, Row& row) noexcept;
    Row put_reported() noexcept;

    LiveBlocks blocks_;
    const Maps& maps_;
    arena::Extent mapped_{0, 0};  // around the last one
    tables::Block block_{};
    bool has_block_ = false;
    pools::Reported one_{};
    bool has_one_ = false;
    uintptr_t done_to_ = 0;     // rows reach to here
    uintptr_t last_start_ = 0;  // of a row
    uint32_t count_ = 0;
    bool in_pool_ = false;
    prof_pool pool_{};
    Growing<prof_pool> pools_;
    uint64_t dropped_ = 0, unlisted_ = 0;
};

// The pool in which a word points that is in no row, or null: a part of a rest beyond its first.
const prof_pool* pool_at(const Growing<prof_pool>& pools, uint64_t word) noexcept;

}  // namespace prof::snapshot
