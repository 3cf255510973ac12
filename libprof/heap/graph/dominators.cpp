// SPDX-License-Identifier: MIT
//
// dominators(): SEMI-NCA, of L. Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", PhD thesis,
// Princeton 2005, chapter 2; measured against others in L. Georgiadis, R. E. Tarjan, R. F. Werneck, "Finding Dominators
// in Practice", Journal of Graph Algorithms and Applications 10 (2006).
//
// Side: heap, floor 2 (graph).
//
// Semidominators are found as Lengauer and Tarjan do; the dominator is then the nearest common ancestor, in the tree
// that has been built so far, of parent and semidominator: one walk up that is nearly always short. Lengauer and
// Tarjan's own second half needs buckets, and is slower on real graphs; Cooper, Harvey and Kennedy's iteration goes
// quadratic on the long lists and back edges that heaps have.
//
// All columns are by number in depth-first order, so that a walk up goes down in memory; 0 is the super-root that all
// entries hang on. Nothing recurs: the path of the search is its tree's parents, and a cursor for each node on it.
#include "graph/dominators.h"

#include <algorithm>

namespace heapkit::graph {
namespace {

constexpr uint32_t super_root = 0;

class Finder {
   public:
    explicit Finder(const Graph& graph) : graph_(graph), number_(graph.node_count(), no_node) {
        found_.order.reserve(graph.node_count());
        parent_.reserve(graph.node_count() + 1);
        parent_.push_back(super_root);
    }

    Dominators find(std::span<const std::vector<uint32_t>> tiers) {
        for (const auto& entries : tiers) {
            for (const uint32_t entry : entries)
                if (number_[entry] == no_node) visit_from(entry);
            found_.tier_end.push_back(found_.order.size());
        }
        collect_predecessors(tiers);
        find_semidominators();
        return named();
    }

   private:
    uint32_t count() const { return static_cast<uint32_t>(found_.order.size()); }
    // The last number of the tiers before.
    size_t tier_begin(size_t tier) const { return tier == 0 ? 0 : found_.tier_end[tier - 1]; }
    uint32_t node_of(uint32_t number) const { return found_.order[number - 1]; }

    void enter(uint32_t node, uint32_t from) {
        found_.order.push_back(node);
        number_[node] = count();
        parent_.push_back(from);
        cursors_.push_back(graph_.begin[node]);
    }

    void visit_from(uint32_t entry) {
        enter(entry, super_root);
        for (uint32_t at = number_[entry]; at != super_root;) {
            uint32_t& cursor = cursors_.back();
            if (cursor == graph_.begin[node_of(at) + 1]) {
                cursors_.pop_back();
                at = parent_[at];
                continue;
            }
            const Edge edge = graph_.edges[cursor++];
            if (!edge.is_strong() || number_[edge.to()] != no_node) continue;
            enter(edge.to(), at);
            at = count();
        }
    }

    // Calls visit(from, to), both numbers, for each edge that counts.
    template <typename Visit>
    void for_each_edge(Visit visit) const {
        size_t tier = 0;
        for (uint32_t from = 1; from <= count(); ++from) {
            while (from > found_.tier_end[tier]) ++tier;
            for (const Edge edge : graph_.out(node_of(from))) {
                const uint32_t to = edge.is_strong() ? number_[edge.to()] : no_node;
                if (to != no_node && to > tier_begin(tier)) visit(from, to);
            }
        }
    }

    // First how many lead to each, then where they begin, and in the end where they end.
    void collect_predecessors(std::span<const std::vector<uint32_t>> tiers) {
        begin_.assign(size_t{count()} + 3, 0);
        const auto for_each_entry = [&](auto visit) {
            for (size_t tier = 0; tier < tiers.size(); ++tier)
                for (const uint32_t entry : tiers[tier])
                    if (number_[entry] > tier_begin(tier)) visit(super_root, number_[entry]);
        };
        const auto counts = [this](uint32_t, uint32_t to) { ++begin_[to + 2]; };
        for_each_entry(counts);
        for_each_edge(counts);
        for (size_t at = 2; at < begin_.size(); ++at) begin_[at] += begin_[at - 1];
        predecessors_.resize(begin_.back());
        const auto writes = [this](uint32_t from, uint32_t to) { predecessors_[begin_[to + 1]++] = from; };
        for_each_entry(writes);
        for_each_edge(writes);
        number_ = {};
    }

    void find_semidominators() {
        ancestor_ = parent_;
        least_.resize(parent_.size());
        semidominator_.resize(parent_.size());
        for (uint32_t node = count(); node > 0; --node) {
            uint32_t least = parent_[node];
            for (uint32_t at = begin_[node]; at < begin_[node + 1]; ++at) {
                const uint32_t from = predecessors_[at];
                least = std::min(least, from <= node ? from : least_above(from, node));
            }
            semidominator_[node] = least_[node] = least;
        }
    }

    // The least semidominator among `node` and those above it that are behind `last`. Shortens the way for the next.
    uint32_t least_above(uint32_t node, uint32_t last) {
        for (uint32_t above = node; ancestor_[above] > last; above = ancestor_[above]) way_.push_back(above);
        while (!way_.empty()) {
            const uint32_t below = way_.back(), above = ancestor_[below];
            way_.pop_back();
            least_[below] = std::min(least_[below], least_[above]);
            ancestor_[below] = ancestor_[above];
        }
        return least_[node];
    }

    // parent_ becomes the dominator, front to back.
    Dominators named() {
        begin_ = predecessors_ = least_ = ancestor_ = {};
        found_.of.assign(graph_.node_count(), no_node);
        for (uint32_t node = 1; node <= count(); ++node) {
            uint32_t dominator = parent_[node];
            while (dominator > semidominator_[node]) dominator = parent_[dominator];
            parent_[node] = dominator;
            if (dominator != super_root) found_.of[node_of(node)] = node_of(dominator);
        }
        return std::move(found_);
    }

    const Graph& graph_;
    Dominators found_;
    std::vector<uint32_t> number_;   // of a node: from 1
    std::vector<uint32_t> cursors_;  // next edge of each node of the path
    // By number, of the super-root too.
    std::vector<uint32_t> parent_, begin_, predecessors_, semidominator_;
    std::vector<uint32_t> ancestor_, least_;  // the forest of what was looked at, its ways shortened
    std::vector<uint32_t> way_;
};

}  // namespace

Dominators dominators(const Graph& graph, std::span<const std::vector<uint32_t>> tiers) {
    return Finder(graph).find(tiers);
}

DominatorTree tree_of(const Dominators& dominators) {
    const auto top = static_cast<uint32_t>(dominators.of.size());
    const auto above = [&](uint32_t node) { return dominators.of[node] == no_node ? top : dominators.of[node]; };
    DominatorTree tree;
    tree.begin.assign(size_t{top} + 3, 0);
    for (const uint32_t node : dominators.order) ++tree.begin[above(node) + 2];
    for (size_t at = 2; at < tree.begin.size(); ++at) tree.begin[at] += tree.begin[at - 1];
    tree.children.resize(dominators.order.size());
    for (const uint32_t node : dominators.order) tree.children[tree.begin[above(node) + 1]++] = node;
    tree.begin.pop_back();
    return tree;
}

}  // namespace heapkit::graph
