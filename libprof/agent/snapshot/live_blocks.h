// SPDX-License-Identifier: MIT
//
// The live blocks as a snapshot states them: in address order, none overlapping, every index in range.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
//
// The table was frozen in mid-flight: a thread may have been between two of its stores, and a free that nobody saw
// (munmap under a heap, an arena thrown away) leaves a block over which others now lie. Of two that overlap, the one
// born earlier is dropped.
#pragma once

#include <cstdint>

#include "record/tables.h"

namespace prof::snapshot {

class LiveBlocks {
   public:
    LiveBlocks() noexcept { has_next_ = cursor_.next(next_); }

    bool next(tables::Block& block) noexcept {
        while (has_next_) {
            block = next_;
            has_next_ = cursor_.next(next_);
            while (has_next_ && next_.address < block.address + block.size_bytes) {
                ++dropped_;
                if (next_.birth < block.birth) {
                    has_next_ = cursor_.next(next_);
                } else {
                    block = next_;
                    has_next_ = cursor_.next(next_);
                }
            }
            return true;
        }
        return false;
    }
    uint64_t dropped() const noexcept { return dropped_; }

   private:
    tables::BlockCursor cursor_;
    tables::Block next_{};
    bool has_next_ = false;
    uint64_t dropped_ = 0;
};

}  // namespace prof::snapshot
