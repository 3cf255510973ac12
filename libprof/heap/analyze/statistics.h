// SPDX-License-Identifier: MIT
//
// What is there? tracemalloc's Snapshot.statistics(), and its compare_to().
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <heapkit/shapes.h>
#include "analyze/groups.h"
#include "analyze/rows.h"

namespace heapkit::analyze {

// Sorted by size, then count, largest first; with Metric::count by count, then size.
Result<Table> statistics(const Heap& heap, const Grouping& grouping, const Filter& filter, const RowOptions& rows);

// Sorted by |size_diff|, size, |count_diff|, count, largest first. A group that has vanished has size and count 0 and
// negative differences; one that has not changed is shown too, after those that have.
struct Comparison {
    const Heap* older = nullptr;
    const Heap* newer = nullptr;
    Grouping grouping;
    Filter filter;
    RowOptions rows;
};
Result<Table> compare(const Comparison& comparison);

// objgraph's most_common_types(): types by count (or by size), with bytes.
struct TypeOptions {
    Filter filter;
    RowOptions rows;
    bool by_size = false;
};
Result<Table> common_types(const Heap& heap, const TypeOptions& options);

}  // namespace heapkit::analyze
