// SPDX-License-Identifier: MIT
//
// How much each of many sets of nodes leads to, along strong edges, itself included.
//
// Side:   heap, floor 2 (graph).
// Cost:   for each 64 sets: a node is looked at as often as it turns out that more of them lead there, twice in
// practice. Memory: 9 bytes a node, and 4 a node that waits.
//
// What two sets lead to counts for both: these sums say what is seen from somewhere, not what would go with it. That is
// what dominators.h is for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

// Of each set the sum of `weights` (one a node) of what it leads to.
std::vector<int64_t> reachable_weights(const Graph& graph, std::span<const int64_t> weights,
                                       std::span<const std::vector<uint32_t>> sets);

}  // namespace heapkit::graph
