// SPDX-License-Identifier: MIT
//
// What grew? objgraph's growth(): types above the highest count seen so far.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <span>

#include "analyze/groups.h"
#include "analyze/rows.h"
#include "shapes.h"

namespace heapkit::analyze {

struct GrowthOptions {
    Filter filter;
    RowOptions rows = {.limit = 10};
    bool by_bytes = false;  // sort by bytes added rather than blocks added
};

// `heaps`, oldest first, two at least. A type is in the answer when the last heap has more blocks or more bytes of it
// than any heap before: increases only, largest first. With more than two heaps each row has its trend, and at how
// many steps it rose.
Result<Table> growth(std::span<const Heap* const> heaps, const GrowthOptions& options);

}  // namespace heapkit::analyze
