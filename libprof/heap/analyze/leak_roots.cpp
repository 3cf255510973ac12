// SPDX-License-Identifier: MIT
//
// Roots of blocks: shortest paths from the roots in tiers; then each block, in the order in which it was found, has the
// root of the one that its path comes from.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leak_roots.h"

#include <array>

#include "graph/paths.h"
#include "graph/reverse.h"

namespace heapkit::analyze {
namespace {

enum Tier : size_t { variables, stacks, registers, interior_pointers, tier_count };

Tier tier_of(const prof_root& root, graph::Edge edge) {
    if (!edge.is_strong()) return interior_pointers;
    if (root.kind == PROF_ROOT_STACK) return stacks;
    return root.kind == PROF_ROOT_REGISTERS || root.kind == PROF_ROOT_IN_FLIGHT ? registers : variables;
}

}  // namespace

RootsOfBlocks roots_of_blocks(std::span<const prof_root> roots, const graph::Graph& graph,
                              std::span<const graph::Edge> edges, std::vector<refs::RootWord> words) {
    RootsOfBlocks answer{.of = std::vector<uint32_t>(graph.node_count(), graph::no_node), .words = std::move(words)};
    std::array<std::vector<uint32_t>, tier_count> tiers;
    for (size_t tier = 0; tier < tier_count; ++tier) {
        for (uint32_t i = 0; i < edges.size(); ++i) {
            if (tier_of(roots[answer.words[i].root], edges[i]) != tier) continue;
            tiers[tier].push_back(edges[i].to());
            uint32_t& first = answer.of[edges[i].to()];
            if (first == graph::no_node) first = i;
        }
    }
    const graph::Paths paths = graph::shortest_paths(graph, tiers);
    for (const uint32_t block : paths.order) {
        const uint32_t edge = paths.edge_to[block];
        if (edge != graph::no_edge) answer.of[block] = answer.of[source_of(graph, edge)];
    }
    return answer;
}

}  // namespace heapkit::analyze
