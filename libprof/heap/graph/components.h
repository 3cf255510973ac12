// SPDX-License-Identifier: MIT
//
// Strongly connected components: the cycles of a graph.
//
// Side:   heap, floor 2 (graph).
// Cost:   one pass over nodes and edges.
// Memory: 4 bytes a node for the answer; 4 bytes and a bit a node, and 4 a node of the deepest path, meanwhile.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

struct Components {
    std::vector<uint32_t> of;     // a node: its component, no_node when it was left out
    std::vector<uint32_t> sizes;  // a component: its nodes

    size_t count() const noexcept { return sizes.size(); }
};

// Of the graph that `members` (one byte a node, not zero for those to look at) leave. Components are numbered so that
// an edge between two of them leads to the smaller number. Strength does not matter here.
Components components(const Graph& graph, std::span<const uint8_t> members);

}  // namespace heapkit::graph
