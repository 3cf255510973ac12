// SPDX-License-Identifier: MIT
//
// heads_of(): find the components that nobody points to, then let the first node of each claim what it reaches.
//
// Side: heap, floor 2 (graph).
//
// memcheck (Valgrind, memcheck/mc_leakcheck.c) has one pass instead: nodes in order, each that is not claimed yet
// claims what it reaches, and takes over former heads that it meets. That finds too many heads when something points
// into a cycle at another node than the cycle's first:
//
//     0 ⇄ 1 ← 2    0 claims 1; then 2 meets 1, which is claimed already, and both 0 and 2 stay heads
//
// It depends on addresses, so that two snapshots of one leak may disagree; and whoever reasons "n heads need n holders"
// would be wrong. Hence the components.
#include "graph/cliques.h"

namespace heapkit::graph {
namespace {

std::vector<bool> is_pointed_to(const Graph& graph, const Components& components) {
    std::vector<bool> pointed_to(components.count());
    for (uint32_t node = 0; node < graph.node_count(); ++node) {
        const uint32_t from = components.of[node];
        if (from == no_node) continue;
        for (const Edge edge : graph.out(node)) {
            const uint32_t to = components.of[edge.to()];
            if (to != no_node && to != from) pointed_to[to] = true;
        }
    }
    return pointed_to;
}

class Claims {
   public:
    Claims(const Graph& graph, const Components& components)
        : graph_(graph), components_(components), head_of_(graph.node_count(), no_node) {}

    bool has(uint32_t node) const { return head_of_[node] != no_node; }

    void claim_from(uint32_t head) {
        claim(head, head);
        while (!work_.empty()) {
            const uint32_t node = work_.back();
            work_.pop_back();
            for (const Edge edge : graph_.out(node)) claim(edge.to(), head);
        }
    }

    std::vector<uint32_t> take() && { return std::move(head_of_); }

   private:
    void claim(uint32_t node, uint32_t head) {
        if (has(node) || components_.of[node] == no_node) return;
        head_of_[node] = head;
        work_.push_back(node);
    }

    const Graph& graph_;
    const Components& components_;
    std::vector<uint32_t> head_of_, work_;
};

}  // namespace

std::vector<uint32_t> heads_of(const Graph& graph, const Components& components) {
    const std::vector<bool> pointed_to = is_pointed_to(graph, components);
    Claims claims(graph, components);
    for (uint32_t node = 0; node < graph.node_count(); ++node) {
        const uint32_t component = components.of[node];
        if (component != no_node && !pointed_to[component] && !claims.has(node)) claims.claim_from(node);
    }
    return std::move(claims).take();
}

}  // namespace heapkit::graph
