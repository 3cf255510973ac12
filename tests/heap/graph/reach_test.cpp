// SPDX-License-Identifier: MIT
//
// reach() against a transitive closure.
//
// Side: tests.
#include "graph/reach.h"

#include "catch.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;
using graph::Edge;
using graph::Reach;

TEST_CASE("a node is reached strongly when one whole path is strong, the root's own edge included") {
    const graph::Graph graph = graph_of(4, {{0, 1}, {1, 2, false}, {2, 3}, {0, 3}});
    CHECK(reach(graph, std::vector{Edge({.to = 0})}) ==
          std::vector{Reach::strong, Reach::strong, Reach::weak, Reach::strong});
    CHECK(reach(graph, std::vector{Edge({.to = 0, .is_strong = false})}) ==
          std::vector{Reach::weak, Reach::weak, Reach::weak, Reach::weak});
    CHECK(reach(graph, {}) == std::vector(4, Reach::unreached));
}

TEST_CASE("reach agrees with a transitive closure on random graphs") {
    RandomGraphs random(1);
    for (int round = 0; round < 2000; ++round) {
        const graph::Graph graph = random.next();
        const auto count = static_cast<uint32_t>(graph.node_count());
        std::vector<Edge> roots;
        for (uint32_t i = random.below(4); i > 0; --i)
            roots.push_back(Edge({.to = random.below(count), .is_strong = !random.one_in(3)}));

        const std::vector<uint8_t> all(count, 1);
        const Closure any = closure_of(graph, all), strong = closure_of(graph, all, true);
        std::vector<Reach> expected(count, Reach::unreached);
        for (uint32_t node = 0; node < count; ++node)
            for (const Edge root : roots) {
                const bool is_strong = root.is_strong() && strong[root.to()][node];
                if (any[root.to()][node])
                    expected[node] = std::max(expected[node], is_strong ? Reach::strong : Reach::weak);
            }
        REQUIRE(reach(graph, roots) == expected);
    }
}

TEST_CASE("reach walks a chain of ten million nodes") {
    const graph::Graph chain = chain_of(10'000'000);
    CHECK(reach(chain, std::vector{Edge({.to = 0})}).back() == Reach::strong);
    CHECK(reach(chain, std::vector{Edge({.to = 0, .is_strong = false})}).back() == Reach::weak);
}
