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
#include "snapshot/growing.h"

namespace prof::snapshot {

class LiveBlocks {
   public:
    // `in_flight`: by address; they are in no table and live all the same.
    explicit LiveBlocks(const Growing<tables::Block>& in_flight) noexcept : in_flight_(in_flight) {
        has_listed_ = cursor_.next(listed_);
        has_next_ = advance(next_);
    }

    bool next(tables::Block& block) noexcept {
        while (has_next_) {
            block = next_;
            has_next_ = advance(next_);
            while (has_next_ && next_.address < block.address + block.size_bytes) {
                ++dropped_;
                if (next_.birth < block.birth) {
                    has_next_ = advance(next_);
                } else {
                    block = next_;
                    has_next_ = advance(next_);
                }
            }
            return true;
        }
        return false;
    }
    uint64_t dropped() const noexcept { return dropped_; }

   private:
    // The lower one of the table's next and of those in flight.
    bool advance(tables::Block& block) noexcept {
        if (in_flight_at_ < in_flight_.size() &&
            (!has_listed_ || in_flight_[in_flight_at_].address <= listed_.address)) {
            block = in_flight_[in_flight_at_++];
            return true;
        }
        if (!has_listed_) return false;
        block = listed_;
        has_listed_ = cursor_.next(listed_);
        return true;
    }

    const Growing<tables::Block>& in_flight_;
    size_t in_flight_at_ = 0;
    tables::BlockCursor cursor_;
    tables::Block listed_{};
    bool has_listed_ = false;
    tables::Block next_{};
    bool has_next_ = false;
    uint64_t dropped_ = 0;
};

}  // namespace prof::snapshot
