// SPDX-License-Identifier: MIT
//
// reversed() and source_of() against a look at every edge.
//
// Side: tests.
#include "graph/reverse.h"

#include "catch.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;

TEST_CASE("a reversed graph has each edge at the node that it leads to") {
    const graph::Graph graph = graph_of(3, {{0, 1}, {0, 2}, {2, 2}});
    const graph::Reverse reverse = graph::reversed(graph);
    CHECK(reverse.in(0).empty());
    CHECK(std::vector(reverse.in(1).begin(), reverse.in(1).end()) == std::vector<uint32_t>{0});
    CHECK(std::vector(reverse.in(2).begin(), reverse.in(2).end()) == std::vector<uint32_t>{1, 2});
}

TEST_CASE("reversed graphs agree with a look at every edge on random graphs") {
    RandomGraphs random(5);
    for (int round = 0; round < 2000; ++round) {
        const graph::Graph graph = random.next();
        const graph::Reverse reverse = graph::reversed(graph);
        REQUIRE(reverse.begin.size() == graph.begin.size());
        for (uint32_t node = 0; node < graph.node_count(); ++node) {
            std::vector<uint32_t> naive;
            for (uint32_t edge = 0; edge < graph.edges.size(); ++edge)
                if (graph.edges[edge].to() == node) naive.push_back(edge);
            REQUIRE(std::vector(reverse.in(node).begin(), reverse.in(node).end()) == naive);
            for (uint32_t edge = graph.begin[node]; edge < graph.begin[node + 1]; ++edge)
                REQUIRE(graph::source_of(graph, edge) == node);
        }
    }
}

TEST_CASE("a graph without nodes has no edges when reversed") {
    CHECK(graph::reversed(graph::Graph{}).begin == std::vector<uint32_t>{0});
}
