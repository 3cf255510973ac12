// SPDX-License-Identifier: MIT
//
// The shortest path from a root to every node.
//
// Side:   heap, floor 2 (graph).
// Cost:   two passes over nodes and edges at most.
// Memory: 8 bytes a node.
//
// Strong edges come first: a node that can be reached along them alone has a path of strong edges, even when a shorter
// one has a weak edge. Roots come in tiers: what one tier reaches strongly is not looked at from the next, so that a
// value that lies about in a register does not hide the variable that holds an object. What no tier reaches strongly
// has the shortest path, along any edges, from what they did reach.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

constexpr uint32_t no_edge = UINT32_MAX;

struct Paths {
    std::vector<uint32_t> edge_to;  // a node: the last edge of its path; no_edge for roots, and for what is not reached
    std::vector<uint32_t> order;    // nodes that are reached, each behind the node that its path comes from
};

Paths shortest_paths(const Graph& graph, std::span<const std::vector<uint32_t>> tiers);

// The nodes of a path, its root first; `node` alone when it is a root or not reached. At most `most` of them, those
// next to `node`: a list of ten million elements has a path of ten million.
std::vector<uint32_t> path_to(const Graph& graph, const Paths& paths, uint32_t node, size_t most);

}  // namespace heapkit::graph
