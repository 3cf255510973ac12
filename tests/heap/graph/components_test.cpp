// SPDX-License-Identifier: MIT
//
// components() against a transitive closure: two nodes are in one when each reaches the other.
//
// Side: tests.
#include "graph/components.h"

#include "catch.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;

TEST_CASE("nodes of a cycle are one component, and edges lead to smaller numbers") {
    const graph::Graph graph = graph_of(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}});
    const graph::Components found = components(graph, std::vector<uint8_t>(4, 1));
    CHECK(found.of == std::vector<uint32_t>{2, 1, 1, 0});
    CHECK(found.sizes == std::vector<uint32_t>{1, 2, 1});
}

TEST_CASE("components agree with a transitive closure on random graphs") {
    RandomGraphs random(3);
    for (int round = 0; round < 3000; ++round) {
        const graph::Graph graph = random.next();
        const auto members = random.some_of(graph);
        const graph::Components found = components(graph, members);
        const Closure reaches = closure_of(graph, members);
        const auto count = static_cast<uint32_t>(graph.node_count());
        std::vector<uint32_t> sizes(found.count());
        for (uint32_t a = 0; a < count; ++a) {
            REQUIRE((found.of[a] == graph::no_node) == (members[a] == 0));
            if (members[a] == 0) continue;
            ++sizes[found.of[a]];
            for (uint32_t b = 0; b < count; ++b) {
                if (members[b] == 0) continue;
                REQUIRE((found.of[a] == found.of[b]) == (reaches[a][b] && reaches[b][a]));
                if (reaches[a][b]) REQUIRE(found.of[a] >= found.of[b]);
            }
        }
        REQUIRE(found.sizes == sizes);
    }
}

TEST_CASE("components are found in a chain of ten million nodes, and in a ring of them") {
    constexpr uint32_t count = 10'000'000;
    graph::Graph graph = chain_of(count);
    const std::vector<uint8_t> all(count, 1);
    CHECK(components(graph, all).count() == count);

    graph.edges.push_back(graph::Edge({.to = 0}));
    ++graph.begin.back();
    CHECK(components(graph, all).count() == 1);
}
