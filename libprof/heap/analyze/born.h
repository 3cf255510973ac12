// SPDX-License-Identifier: MIT
//
// Which blocks are new? Those of the second snapshot whose (address, birth) the first does not have: a reused address
// is not mistaken for a survivor.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <vector>

#include <heapkit/shapes.h>
#include "analyze/groups.h"
#include "analyze/rows.h"

namespace heapkit::analyze {

// True for every block of `newer` that `older` does not have. Both heaps must be of one run.
std::vector<bool> born_between(const read::Blocks& older, const read::Blocks& newer);

struct BornOptions {
    const Heap* older = nullptr;
    const Heap* newer = nullptr;
    Filter filter;
    RowOptions rows, traceback_rows;
};
struct Born {
    Total total;
    Table by_type, by_traceback;
};
// Errors: the snapshots are not of one run, so that addresses and births of the two mean different things.
Result<Born> born(const BornOptions& options);

}  // namespace heapkit::analyze
