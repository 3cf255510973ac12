// SPDX-License-Identifier: MIT
//
// reversed(): a counting sort of the edges by the node that they lead to.
//
// Side: heap, floor 2 (graph).
#include "graph/reverse.h"

#include <algorithm>

namespace heapkit::graph {

// begin[n + 1] first counts node n's edges, then says where they begin, and when all are placed where they end.
Reverse reversed(const Graph& graph) {
    Reverse reverse;
    reverse.begin.assign(graph.node_count() + 2, 0);
    for (const Edge edge : graph.edges) ++reverse.begin[edge.to() + 2];
    for (size_t node = 2; node < reverse.begin.size(); ++node) reverse.begin[node] += reverse.begin[node - 1];
    reverse.edge.resize(graph.edges.size());
    for (uint32_t edge = 0; edge < graph.edges.size(); ++edge)
        reverse.edge[reverse.begin[graph.edges[edge].to() + 1]++] = edge;
    reverse.begin.pop_back();
    return reverse;
}

uint32_t source_of(const Graph& graph, uint32_t edge) noexcept {
    const auto above = std::upper_bound(graph.begin.begin(), graph.begin.end(), edge);
    return static_cast<uint32_t>(above - graph.begin.begin()) - 1;
}

}  // namespace heapkit::graph
