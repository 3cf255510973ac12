// SPDX-License-Identifier: MIT
//
// reachable_weights() against the closure of random graphs.
//
// Side: tests.
#include "graph/reachable.h"

#include "catch.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;

TEST_CASE("what a set leads to is the sum over its closure, each node once") {
    RandomGraphs random(9);
    for (int round = 0; round < 2000; ++round) {
        const graph::Graph graph = random.next();
        const auto count = static_cast<uint32_t>(graph.node_count());
        const Closure closure = closure_of(graph, std::vector<uint8_t>(count, 1), true);
        std::vector<int64_t> weights(count);
        for (int64_t& weight : weights) weight = random.below(100);
        // More than are looked at together.
        std::vector<std::vector<uint32_t>> sets(70);
        std::vector<int64_t> expected(sets.size());
        for (size_t set = 0; set < sets.size(); ++set) {
            for (uint32_t nodes = random.below(4); nodes > 0; --nodes) sets[set].push_back(random.below(count));
            for (uint32_t to = 0; to < count; ++to) {
                bool is_reached = false;
                for (const uint32_t from : sets[set]) is_reached = is_reached || closure[from][to];
                expected[set] += is_reached ? weights[to] : 0;
            }
        }
        REQUIRE(graph::reachable_weights(graph, weights, sets) == expected);
    }
}
