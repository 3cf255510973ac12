// SPDX-License-Identifier: MIT
//
// Where the memory is: what was requested, what the allocator adds, and what of its pages nobody uses.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the blocks.
// Memory: none.
#pragma once

#include <cstdint>
#include <optional>

#include "analyze/page_use.h"
#include "analyze/waste.h"

namespace heapkit::analyze {

struct AllocatorCost {
    uint64_t requested_bytes = 0;
    uint64_t rounding_bytes = 0;  // usable minus requested
    bool is_glibc = false;        // sizes are those of glibc's malloc: its headers are known
    uint64_t header_bytes = 0;    // glibc: 8 bytes a block, 16 of one with a mapping of its own
    bool says_usable = false;     // some block has more than was requested
};
AllocatorCost allocator_cost(const read::Blocks& blocks);

// What the other answers found, where they were asked.
struct WasteTotals {
    std::optional<int64_t> padding_bytes = {}, reorder_bytes = {}, spare_bytes = {};
    std::optional<int64_t> duplicate_bytes = {}, zero_bytes = {};
};

Table waste_summary(const Heap& heap, const PageUse& use, const WasteTotals& totals);

}  // namespace heapkit::analyze
