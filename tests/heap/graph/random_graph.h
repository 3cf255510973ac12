// SPDX-License-Identifier: MIT
//
// Small random graphs, and graphs written down by hand.
//
// Side: tests.
#pragma once

#include <random>
#include <vector>

#include "graph/graph.h"

namespace heapkit::tests {

struct Arrow {
    uint32_t from, to;
    bool is_strong = true;
};

inline graph::Graph graph_of(size_t nodes, const std::vector<Arrow>& arrows) {
    graph::Graph graph;
    for (uint32_t node = 0; node < nodes; ++node) {
        for (const Arrow& arrow : arrows)
            if (arrow.from == node) graph.edges.push_back(graph::Edge({.to = arrow.to, .is_strong = arrow.is_strong}));
        graph.end_node();
    }
    return graph;
}

// 0 → 1 → 2 → …
inline graph::Graph chain_of(uint32_t nodes) {
    graph::Graph graph;
    for (uint32_t node = 0; node < nodes; ++node) {
        if (node + 1 < nodes) graph.edges.push_back(graph::Edge({.to = node + 1}));
        graph.end_node();
    }
    return graph;
}

class RandomGraphs {
   public:
    explicit RandomGraphs(unsigned seed) : random_(seed) {}

    uint32_t below(uint32_t bound) { return std::uniform_int_distribution<uint32_t>(0, bound - 1)(random_); }
    bool one_in(uint32_t n) { return below(n) == 0; }

    // 1 to 20 nodes; from none to three edges a node, one in four of them weak.
    graph::Graph next() {
        const uint32_t nodes = 1 + below(20), edges = below(3 * nodes + 1);
        std::vector<Arrow> arrows;
        for (uint32_t i = 0; i < edges; ++i)
            arrows.push_back({.from = below(nodes), .to = below(nodes), .is_strong = !one_in(4)});
        return graph_of(nodes, arrows);
    }
    std::vector<uint8_t> some_of(const graph::Graph& graph) {
        std::vector<uint8_t> members(graph.node_count());
        for (uint8_t& member : members) member = !one_in(5);
        return members;
    }

   private:
    std::mt19937 random_;
};

// can_reach[a][b]: there is a path from a to b, of any length, also zero, inside `members`.
using Closure = std::vector<std::vector<bool>>;
inline Closure closure_of(const graph::Graph& graph, const std::vector<uint8_t>& members, bool strong_only = false) {
    const auto count = static_cast<uint32_t>(graph.node_count());
    Closure reaches(count, std::vector<bool>(count));
    for (uint32_t a = 0; a < count; ++a) {
        reaches[a][a] = members[a] != 0;
        for (const graph::Edge edge : graph.out(a))
            if (members[a] != 0 && members[edge.to()] != 0 && (edge.is_strong() || !strong_only))
                reaches[a][edge.to()] = true;
    }
    for (uint32_t via = 0; via < count; ++via)
        for (uint32_t a = 0; a < count; ++a)
            for (uint32_t b = 0; b < count; ++b)
                if (reaches[a][via] && reaches[via][b]) reaches[a][b] = true;
    return reaches;
}

}  // namespace heapkit::tests
