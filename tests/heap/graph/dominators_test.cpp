// SPDX-License-Identifier: MIT
//
// dominators() against what is no longer reached when one node is taken away, on random graphs.
//
// Side: tests.
#include "graph/dominators.h"

#include <algorithm>
#include <array>

#include "catch.h"
#include "graph/entries.h"
#include "graph/reach.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

using Tiers = std::vector<std::vector<uint32_t>>;

// What strong edges reach from some nodes, without those in `taken`.
std::vector<bool> reached_from(const graph::Graph& graph, const std::vector<uint32_t>& from, std::vector<bool> taken) {
    std::vector<bool> reached(graph.node_count());
    std::vector<uint32_t> work;
    const auto enter = [&](uint32_t node) {
        if (taken[node] || reached[node]) return;
        reached[node] = true;
        work.push_back(node);
    };
    for (const uint32_t node : from) enter(node);
    while (!work.empty()) {
        const uint32_t node = work.back();
        work.pop_back();
        for (const graph::Edge edge : graph.out(node))
            if (edge.is_strong()) enter(edge.to());
    }
    return reached;
}

// Of each node all that dominate it; the immediate one is dominated by the most.
std::vector<uint32_t> naive_dominators(const graph::Graph& graph, const Tiers& tiers) {
    const auto count = static_cast<uint32_t>(graph.node_count());
    std::vector<std::vector<uint32_t>> all(count);
    std::vector<bool> earlier(count);
    for (const auto& entries : tiers) {
        const std::vector<bool> reached = reached_from(graph, entries, earlier);
        for (uint32_t node = 0; node < count; ++node) {
            if (!reached[node]) continue;
            std::vector<bool> taken = earlier;
            taken[node] = true;
            const std::vector<bool> without = reached_from(graph, entries, taken);
            for (uint32_t other = 0; other < count; ++other)
                if (reached[other] && !without[other] && other != node) all[other].push_back(node);
        }
        for (uint32_t node = 0; node < count; ++node) earlier[node] = earlier[node] || reached[node];
    }
    std::vector<uint32_t> immediate(count, graph::no_node);
    for (uint32_t node = 0; node < count; ++node)
        for (const uint32_t dominator : all[node])
            if (immediate[node] == graph::no_node || all[dominator].size() > all[immediate[node]].size())
                immediate[node] = dominator;
    return immediate;
}

}  // namespace

TEST_CASE("where two ways meet, neither dominates what lies behind") {
    const graph::Graph graph = graph_of(6, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}, {5, 4}});
    const graph::Dominators found = graph::dominators(graph, Tiers{{0}, {5}});
    CHECK(found.of == std::vector<uint32_t>{graph::no_node, 0, 0, 0, 3, graph::no_node});
    CHECK(found.tier_end == std::vector<size_t>{5, 6});
    const graph::DominatorTree tree = graph::tree_of(found);
    CHECK(std::ranges::equal(tree.top(), std::array<uint32_t, 2>{0, 5}));
    CHECK(tree.of(0).size() == 3);
    CHECK(tree.of(4).empty());
}

TEST_CASE("a weak edge neither dominates nor takes dominance away") {
    const graph::Graph graph = graph_of(4, {{0, 1}, {1, 2}, {0, 2, false}, {2, 3, false}});
    const graph::Dominators found = graph::dominators(graph, Tiers{{0}});
    CHECK(found.of == std::vector<uint32_t>{graph::no_node, 0, 1, graph::no_node});
    CHECK(found.order.size() == 3);
}

TEST_CASE("dominators agree with what is lost when a node is taken away, on random graphs") {
    RandomGraphs random(7);
    for (int round = 0; round < 5000; ++round) {
        const graph::Graph graph = random.next();
        const auto count = static_cast<uint32_t>(graph.node_count());
        const Tiers tiers = {{random.below(count), random.below(count)}, {random.below(count)}, {random.below(count)}};
        const graph::Dominators found = graph::dominators(graph, tiers);
        REQUIRE(found.of == naive_dominators(graph, tiers));
        std::vector<bool> seen(count);
        for (const uint32_t node : found.order) {
            REQUIRE_FALSE(seen[node]);
            seen[node] = true;
            if (found.of[node] != graph::no_node) REQUIRE(seen[found.of[node]]);
        }
    }
}

TEST_CASE("entries reach every member, each tier what those before it do not") {
    RandomGraphs random(8);
    for (int round = 0; round < 5000; ++round) {
        const graph::Graph graph = random.next();
        const auto count = static_cast<uint32_t>(graph.node_count());
        const std::vector<uint32_t> roots = {random.below(count)};
        const std::vector<uint8_t> members(count, 1);
        const auto entries = graph::entries_of(graph, roots, members);
        const graph::Dominators found = graph::dominators(graph, entries);
        REQUIRE(found.order.size() == count);

        const auto reached = graph::reach(graph, std::array{graph::Edge({.to = roots[0]})});
        const std::array expected = {graph::Reach::strong, graph::Reach::weak, graph::Reach::unreached};
        size_t at = 0;
        for (size_t tier = 0; tier < graph::tier_count; ++tier)
            for (; at < found.tier_end[tier]; ++at) REQUIRE(reached[found.order[at]] == expected[tier]);
        // No head is reached from another of its tier.
        for (size_t tier = 1; tier < graph::tier_count; ++tier)
            for (const uint32_t head : entries[tier]) REQUIRE(found.of[head] == graph::no_node);
    }
}

TEST_CASE("in a list of a million nodes each is dominated by the one before it") {
    constexpr uint32_t count = 1'000'000;
    const graph::Graph graph = chain_of(count);
    const graph::Dominators found = graph::dominators(graph, Tiers{{0}});
    for (uint32_t node = 1; node < count; ++node) REQUIRE(found.of[node] == node - 1);
}
