// SPDX-License-Identifier: MIT
//
// Blocks of equal contents: which values are there many times, and whose they are; and blocks of nothing but zeros.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one sort of the hashes.
// Memory: 16 bytes a block.
//
// Two blocks are equal when their hashes and sizes are; the snapshot has the hashes when it was asked for them. Of n
// equal ones n - 1 are waste. Blocks of zeros are a group of their own: most are buffers that nothing was written to
// yet, not values that could be shared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analyze/waste.h"

namespace heapkit::analyze {

struct WasteDuplicates {
    WasteAnswer answer;
    int64_t wasted_bytes = 0, zero_bytes = 0;
};

bool has_hashes(const Heap& heap);

// Errors: the snapshot has no hashes; they are damaged.
Result<WasteDuplicates> waste_duplicates(const BlockNames& names, const WasteOptions& options);

}  // namespace heapkit::analyze
