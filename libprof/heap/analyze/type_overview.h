// SPDX-License-Identifier: MIT
//
// The types of a heap with all that is known of each: how many, how large, what they keep alive, how they came about.
//
// Side: heap, floor 7 (analyze).
// Cost: that of groups_of() by type of each heap; with an Ownership one pass over its tree.
#pragma once

#include <span>

#include <heapkit/shapes.h>
#include "analyze/ownership.h"
#include "heap.h"

namespace heapkit::analyze {

// Rows as common_types() has them, by count, of the last of `heaps` (oldest first, one at least), and beside them
//
//     retained                  with `ownership` of the last heap: what would go with all of the type, each byte once
//     count_diff, size_diff     with several heaps: since the first
//     counts, sizes             the same as trends, one value a heap
//
// Errors: those of groups_of().
Result<Table> type_overview(std::span<const Heap* const> heaps, const Ownership* ownership);

}  // namespace heapkit::analyze
