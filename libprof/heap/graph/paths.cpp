// SPDX-License-Identifier: MIT
//
// shortest_paths(): breadth first. The order of the nodes is also the queue: what stands behind the read position
// waits.
//
// Side: heap, floor 2 (graph).
#include "graph/paths.h"

#include <algorithm>

#include "graph/reverse.h"

namespace heapkit::graph {
namespace {

class Search {
   public:
    explicit Search(const Graph& graph) : graph_(graph), is_known_(graph.node_count()) {
        paths_.edge_to.assign(graph.node_count(), no_edge);
    }

    void from(std::span<const uint32_t> roots) {
        size_t at = paths_.order.size();
        for (const uint32_t root : roots) add(root, no_edge);
        for (; at < paths_.order.size(); ++at) follow(paths_.order[at], Edges::strong);
    }

    // After all roots: from each node that is known already its weak edges, since its strong ones were followed; all
    // edges of those that they lead to.
    void along_any_edge() {
        const size_t strongly_reached = paths_.order.size();
        for (size_t at = 0; at < paths_.order.size(); ++at)
            follow(paths_.order[at], at < strongly_reached ? Edges::weak : Edges::any);
    }

    Paths take() && { return std::move(paths_); }

   private:
    enum class Edges { strong, weak, any };

    void follow(uint32_t node, Edges which) {
        for (uint32_t edge = graph_.begin[node]; edge < graph_.begin[node + 1]; ++edge) {
            const Edge leads = graph_.edges[edge];
            if (which == Edges::any || leads.is_strong() == (which == Edges::strong)) add(leads.to(), edge);
        }
    }
    void add(uint32_t node, uint32_t edge) {
        if (is_known_[node]) return;
        is_known_[node] = true;
        paths_.edge_to[node] = edge;
        paths_.order.push_back(node);
    }

    const Graph& graph_;
    std::vector<bool> is_known_;
    Paths paths_;
};

}  // namespace

Paths shortest_paths(const Graph& graph, std::span<const std::vector<uint32_t>> tiers) {
    Search search(graph);
    for (const std::vector<uint32_t>& roots : tiers) search.from(roots);
    search.along_any_edge();
    return std::move(search).take();
}

std::vector<uint32_t> path_to(const Graph& graph, const Paths& paths, uint32_t node, size_t most) {
    std::vector<uint32_t> nodes = {node};
    while (nodes.size() < most && paths.edge_to[nodes.back()] != no_edge)
        nodes.push_back(source_of(graph, paths.edge_to[nodes.back()]));
    std::reverse(nodes.begin(), nodes.end());
    return nodes;
}

}  // namespace heapkit::graph
