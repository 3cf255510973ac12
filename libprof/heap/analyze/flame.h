// SPDX-License-Identifier: MIT
//
// The call tree of a heap, weighted: what a flame graph draws.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <heapkit/shapes.h>
#include "analyze/groups.h"

namespace heapkit::analyze {

struct FlameOptions {
    const Heap* heap = nullptr;
    const Heap* older = nullptr;  // given: a differential tree, as wide as `heap`, with the totals of both
    Metric metric = Metric::live;
    Filter filter;
};

// Callers above callees; frames of one function under one caller are one node. Temporary blocks weigh by number,
// everything else by bytes (Metric::count by number).
Result<Tree> flame_tree(const FlameOptions& options);

}  // namespace heapkit::analyze
