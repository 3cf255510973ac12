// SPDX-License-Identifier: MIT
//
// reach(): the strong marks first, along strong edges alone; then the weak ones along everything, from what the strong
// nodes and the roots point to weakly. So no node is looked at more than twice, whereas marking both at once has to
// walk again whatever is upgraded.
//
// Side: heap, floor 2 (graph).
#include "graph/reach.h"

namespace heapkit::graph {
namespace {

class Marker {
   public:
    explicit Marker(const Graph& graph) : graph_(graph), marks_(graph.node_count(), Reach::unreached) {}

    void mark_strong(std::span<const Edge> roots) {
        for (const Edge edge : roots)
            if (edge.is_strong()) mark(edge.to(), Reach::strong);
        while (!work_.empty()) {
            for (const Edge edge : graph_.out(take()))
                if (edge.is_strong()) mark(edge.to(), Reach::strong);
        }
    }

    // After mark_strong().
    void mark_weak(std::span<const Edge> roots) {
        for (const Edge edge : roots) mark(edge.to(), Reach::weak);
        follow_weakly();
        for (uint32_t node = 0; node < marks_.size(); ++node) {
            if (marks_[node] != Reach::strong) continue;
            for (const Edge edge : graph_.out(node)) mark(edge.to(), Reach::weak);
            follow_weakly();
        }
    }

    std::vector<Reach> marks() && { return std::move(marks_); }

   private:
    void mark(uint32_t node, Reach as) {
        if (marks_[node] >= as) return;
        marks_[node] = as;
        work_.push_back(node);
    }
    uint32_t take() {
        const uint32_t node = work_.back();
        work_.pop_back();
        return node;
    }
    void follow_weakly() {
        while (!work_.empty())
            for (const Edge edge : graph_.out(take())) mark(edge.to(), Reach::weak);
    }

    const Graph& graph_;
    std::vector<Reach> marks_;
    std::vector<uint32_t> work_;
};

}  // namespace

std::vector<Reach> reach(const Graph& graph, std::span<const Edge> roots) {
    Marker marker(graph);
    marker.mark_strong(roots);
    marker.mark_weak(roots);
    return std::move(marker).marks();
}

}  // namespace heapkit::graph
