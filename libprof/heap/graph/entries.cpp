// SPDX-License-Identifier: MIT
//
// entries_of(): heads are found in what strong edges leave of the two later tiers, each for itself: that something lost
// refers to an object does not make it lost.
//
// Side: heap, floor 2 (graph).
#include "graph/entries.h"

#include "graph/cliques.h"
#include "graph/reach.h"

namespace heapkit::graph {
namespace {

std::vector<Reach> reach_from(const Graph& graph, std::span<const uint32_t> roots) {
    std::vector<Edge> into;
    into.reserve(roots.size());
    for (const uint32_t root : roots) into.push_back(Edge({.to = root}));
    return reach(graph, into);
}

// Of the graph the strong edges between members that are reached alike, but not strongly.
Graph rest_of(const Graph& graph, const std::vector<Reach>& reached, std::span<const uint8_t> members) {
    Graph rest;
    rest.begin.reserve(graph.begin.size());
    for (uint32_t node = 0; node < graph.node_count(); ++node) {
        if (members[node] != 0)
            for (const Edge edge : graph.out(node))
                if (edge.is_strong() && members[edge.to()] != 0 && reached[edge.to()] == reached[node])
                    rest.edges.push_back(edge);
        rest.end_node();
    }
    return rest;
}

}  // namespace

std::array<std::vector<uint32_t>, tier_count> entries_of(const Graph& graph, std::span<const uint32_t> roots,
                                                         std::span<const uint8_t> members) {
    const std::vector<Reach> reached = reach_from(graph, roots);
    std::vector<uint8_t> left(members.begin(), members.end());
    for (size_t node = 0; node < left.size(); ++node)
        if (reached[node] == Reach::strong) left[node] = 0;

    std::array<std::vector<uint32_t>, tier_count> entries = {std::vector<uint32_t>(roots.begin(), roots.end()), {}, {}};
    const Graph rest = rest_of(graph, reached, left);
    const std::vector<uint32_t> heads = heads_of(rest, components(rest, left));
    for (uint32_t node = 0; node < left.size(); ++node) {
        if (left[node] == 0 || heads[node] != node) continue;
        const Tier tier = reached[node] == Reach::weak ? Tier::looked_at : Tier::unreached;
        entries[static_cast<size_t>(tier)].push_back(node);
    }
    return entries;
}

}  // namespace heapkit::graph
