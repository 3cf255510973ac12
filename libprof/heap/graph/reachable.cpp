// SPDX-License-Identifier: MIT
//
// reachable_weights(): 64 sets at once, a bit each. A node hands its bits on; one that gets new ones waits to do the
// same again.
//
// Side: heap, floor 2 (graph).
#include "graph/reachable.h"

#include <algorithm>
#include <bit>

namespace heapkit::graph {
namespace {

constexpr size_t sets_at_once = 64;

class Spread {
   public:
    explicit Spread(const Graph& graph) : graph_(graph), bits_(graph.node_count()), waits_(graph.node_count()) {}

    void begin() { std::fill(bits_.begin(), bits_.end(), 0); }
    void give(uint32_t node, uint64_t bits) {
        if ((bits_[node] | bits) == bits_[node]) return;
        bits_[node] |= bits;
        if (waits_[node] != 0) return;
        waits_[node] = 1;
        next_.push_back(node);
    }
    // Round after round, so that a node first collects what comes from all sides.
    void run() {
        std::vector<uint32_t> now;
        while (!next_.empty()) {
            now.swap(next_);
            for (const uint32_t node : now) {
                waits_[node] = 0;
                for (const Edge edge : graph_.out(node))
                    if (edge.is_strong()) give(edge.to(), bits_[node]);
            }
            now.clear();
        }
    }
    const std::vector<uint64_t>& bits() const { return bits_; }

   private:
    const Graph& graph_;
    std::vector<uint64_t> bits_;
    std::vector<uint8_t> waits_;
    std::vector<uint32_t> next_;
};

}  // namespace

std::vector<int64_t> reachable_weights(const Graph& graph, std::span<const int64_t> weights,
                                       std::span<const std::vector<uint32_t>> sets) {
    std::vector<int64_t> sums(sets.size());
    Spread spread(graph);
    for (size_t first = 0; first < sets.size(); first += sets_at_once) {
        spread.begin();
        for (size_t set = first; set < std::min(sets.size(), first + sets_at_once); ++set)
            for (const uint32_t node : sets[set]) spread.give(node, uint64_t{1} << (set - first));
        spread.run();
        for (size_t node = 0; node < weights.size(); ++node)
            for (uint64_t bits = spread.bits()[node]; bits != 0; bits &= bits - 1)
                sums[first + static_cast<size_t>(std::countr_zero(bits))] += weights[node];
    }
    return sums;
}

}  // namespace heapkit::graph
