// SPDX-License-Identifier: MIT
//
// Dominators: which one node must every path from the entries pass, to come to another? Whoever takes it away, takes
// the other with it.
//
// Side:   heap, floor 2 (graph).
// Cost:   SEMI-NCA: near linear in practice, quadratic in theory; see dominators.cpp.
// Memory: 8 bytes a node for the answer; meanwhile 20 a node and 4 an edge more, and 8 a node of the deepest path.
//
// Weak edges do not count. The entries come in tiers (entries.h makes them): what an earlier tier reaches is not
// reached from a later one, and edges from a later tier into an earlier one do not count either: what nobody owns has
// no say in who owns the rest.
//
//     entries: 0                 dominators
//     0 → 1, 0 → 2               of 1: 0      two ways lead to 3, so neither 1 nor 2 dominates it
//     1 → 3, 2 → 3, 3 → 4        of 3: 0      of 4: 3
//     5 → 4  (5 in tier 1)       of 5: none   and 4 is still dominated by 3
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

struct Dominators {
    std::vector<uint32_t> of;      // a node: its immediate dominator; no_node when none dominates it, or not reached
    std::vector<uint32_t> order;   // nodes that are reached, each behind its dominator, tier after tier
    std::vector<size_t> tier_end;  // of each tier: where its nodes end in `order`
};

Dominators dominators(const Graph& graph, std::span<const std::vector<uint32_t>> tiers);

// The tree that dominators are: who is dominated by a node immediately. Those of one node in `order`'s order.
struct DominatorTree {
    std::vector<uint32_t> begin;  // of each node, and behind the last one of those that none dominates
    std::vector<uint32_t> children;

    std::span<const uint32_t> of(uint32_t node) const noexcept {
        return std::span(children).subspan(begin[node], begin[node + 1] - begin[node]);
    }
    std::span<const uint32_t> top() const noexcept { return of(static_cast<uint32_t>(begin.size() - 2)); }
};

DominatorTree tree_of(const Dominators& dominators);

}  // namespace heapkit::graph
