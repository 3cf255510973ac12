// SPDX-License-Identifier: MIT
//
// heads_of() against its definition.
//
// Side: tests.
#include "graph/cliques.h"

#include "catch.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;
using graph::no_node;

namespace {

std::vector<uint32_t> heads_among(const graph::Graph& graph, const std::vector<uint8_t>& members) {
    return heads_of(graph, components(graph, members));
}
std::vector<uint32_t> heads_of_all(const graph::Graph& graph) {
    return heads_among(graph, std::vector<uint8_t>(graph.node_count(), 1));
}

// A head is the first of those that reach it; a node belongs to the first head that reaches it.
std::vector<uint32_t> naive_heads(const graph::Graph& graph, const std::vector<uint8_t>& members) {
    const auto count = static_cast<uint32_t>(graph.node_count());
    const Closure reaches = closure_of(graph, members);
    std::vector<uint32_t> head_of(count, no_node);
    for (uint32_t node = 0; node < count; ++node) {
        bool is_head = members[node] != 0;
        for (uint32_t other = 0; other < count; ++other)
            if (reaches[other][node] && (!reaches[node][other] || other < node)) is_head = false;
        for (uint32_t other = 0; is_head && other < count; ++other)
            if (reaches[node][other] && head_of[other] == no_node) head_of[other] = node;
    }
    return head_of;
}

}  // namespace

TEST_CASE("a node that nobody refers to is a head, and what it alone holds belongs to it") {
    const graph::Graph graph = graph_of(5, {{1, 0}, {1, 2}, {2, 3}});
    CHECK(heads_of_all(graph) == std::vector<uint32_t>{1, 1, 1, 1, 4});
}

TEST_CASE("of a cycle that nobody else refers to, the first node is the head") {
    const graph::Graph graph = graph_of(4, {{1, 2}, {2, 3}, {3, 1}, {3, 0}});
    CHECK(heads_of_all(graph) == std::vector<uint32_t>{1, 1, 1, 1});
}

TEST_CASE("nodes that are not members belong to nobody, and no walk goes through them") {
    const graph::Graph graph = graph_of(3, {{0, 1}, {1, 2}});
    CHECK(heads_among(graph, {1, 0, 1}) == std::vector<uint32_t>{0, no_node, 2});
}

TEST_CASE("a cycle that something lost points into has no head of its own, wherever it is entered") {
    CHECK(heads_of_all(graph_of(3, {{0, 1}, {1, 0}, {2, 1}})) == std::vector<uint32_t>{2, 2, 2});
    CHECK(heads_of_all(graph_of(3, {{0, 1}, {1, 0}, {2, 0}})) == std::vector<uint32_t>{2, 2, 2});
}

TEST_CASE("heads agree with their definition on random graphs") {
    RandomGraphs random(2);
    for (int round = 0; round < 3000; ++round) {
        const graph::Graph graph = random.next();
        const auto members = random.some_of(graph);
        REQUIRE(heads_among(graph, members) == naive_heads(graph, members));
    }
}

TEST_CASE("heads are found in a chain of ten million nodes, forwards and backwards") {
    constexpr uint32_t count = 10'000'000;
    const graph::Graph forwards = chain_of(count);
    CHECK(heads_of_all(forwards).back() == 0);

    graph::Graph backwards;
    for (uint32_t node = 0; node < count; ++node) {
        if (node > 0) backwards.edges.push_back(graph::Edge({.to = node - 1}));
        backwards.end_node();
    }
    CHECK(heads_of_all(backwards).front() == count - 1);
}
