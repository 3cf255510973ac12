// SPDX-License-Identifier: MIT
//
// Which nodes are reached from the roots, and how surely.
//
// Side:   heap, floor 2 (graph).
// Cost:   two passes over nodes and edges.
// Memory: 1 byte a node for the answer; a work list of at most 4 bytes a node meanwhile.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

// strong: some path from a root has strong edges alone, the one from the root included. weak: there are paths, but each
// has a weak edge somewhere.
enum class Reach : uint8_t { unreached, weak, strong };

std::vector<Reach> reach(const Graph& graph, std::span<const Edge> roots);

}  // namespace heapkit::graph
