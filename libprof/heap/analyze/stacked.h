// SPDX-License-Identifier: MIT
//
// What is live, by type or by site, snapshot after snapshot: the layers of a stacked picture.
//
// Side: heap, floor 7 (analyze).
// Cost: groups_of() of each heap.
#pragma once

#include <span>

#include <heapkit/shapes.h>
#include "analyze/groups.h"
#include "heap.h"

namespace heapkit::analyze {

struct StackedOptions {
    GroupBy by = GroupBy::type;
    size_t limit = 12;  // lines: those that were largest at any time; all others together are one more
};

// Of the heaps, oldest first, a point each: x is nanoseconds since recording began, as in live_over_time(). The lines
// add up to what was live. Errors: those of groups_of().
Result<Series> stacked_over_time(std::span<const Heap* const> heaps, const StackedOptions& options);

}  // namespace heapkit::analyze
