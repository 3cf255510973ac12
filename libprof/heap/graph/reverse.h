// SPDX-License-Identifier: MIT
//
// A graph's edges by the node that they lead to: who refers to it?
//
// Side:    heap, floor 2 (graph).
// Threads: const once it is built.
// Cost:    two passes over the edges.
// Memory:  4 bytes a node, 4 an edge.
//
// An edge is named by its index in Graph::edges, so that what is known of it (its strength, whatever a caller keeps in
// a column beside the edges) is not kept twice. The node that it leads from is found by halving.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

struct Reverse {
    std::vector<uint32_t> begin = {0};  // of each node: the first of its edges in `edge`
    std::vector<uint32_t> edge;         // indices into Graph::edges; those of one node ascend

    std::span<const uint32_t> in(uint32_t node) const noexcept {
        return std::span(edge).subspan(begin[node], begin[node + 1] - begin[node]);
    }
};

Reverse reversed(const Graph& graph);

// The node that an edge leads from.
uint32_t source_of(const Graph& graph, uint32_t edge) noexcept;

}  // namespace heapkit::graph
