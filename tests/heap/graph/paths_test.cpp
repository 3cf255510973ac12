// SPDX-License-Identifier: MIT
//
// shortest_paths() against distances that are relaxed until nothing changes.
//
// Side: tests.
#include "graph/paths.h"

#include "catch.h"
#include "graph/reverse.h"
#include "random_graph.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

constexpr uint32_t far = 1000;

// Lowers distances along edges until nothing changes. Nodes in `settled` keep theirs.
void relax(const graph::Graph& graph, std::vector<uint32_t>& distance, const std::vector<bool>& settled,
           bool strong_only) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t from = 0; from < graph.node_count(); ++from) {
            for (const graph::Edge edge : graph.out(from)) {
                if (settled[edge.to()] || (strong_only && !edge.is_strong())) continue;
                if (distance[from] + 1 >= distance[edge.to()]) continue;
                distance[edge.to()] = distance[from] + 1;
                changed = true;
            }
        }
    }
}

// Steps of each node's path: within its tier, or from what all tiers reached.
std::vector<uint32_t> naive_steps(const graph::Graph& graph, const std::vector<std::vector<uint32_t>>& tiers) {
    const size_t count = graph.node_count();
    std::vector<uint32_t> steps(count, far);
    std::vector<bool> settled(count);
    const auto settle = [&](const std::vector<uint32_t>& distance, bool from_zero) {
        for (size_t node = 0; node < count; ++node) {
            if (settled[node] || distance[node] >= far) continue;
            settled[node] = true;
            steps[node] = from_zero ? distance[node] : far + distance[node];
        }
    };
    for (const auto& roots : tiers) {
        std::vector<uint32_t> distance(count, far);
        for (const uint32_t root : roots)
            if (!settled[root]) distance[root] = 0;
        relax(graph, distance, settled, true);
        settle(distance, true);
    }
    std::vector<uint32_t> distance(count, far);
    for (size_t node = 0; node < count; ++node)
        if (settled[node]) distance[node] = 0;
    relax(graph, distance, settled, false);
    settle(distance, false);
    return steps;
}

// Of what was found: counted back to a root or, once a weak edge was used, to the strongly reached.
bool is_strong_path(const graph::Graph& graph, const graph::Paths& paths, uint32_t node) {
    for (; paths.edge_to[node] != graph::no_edge; node = graph::source_of(graph, paths.edge_to[node]))
        if (!graph.edges[paths.edge_to[node]].is_strong()) return false;
    return true;
}
uint32_t steps_of(const graph::Graph& graph, const graph::Paths& paths, uint32_t node) {
    const bool is_strong = is_strong_path(graph, paths, node);
    uint32_t steps = is_strong ? 0 : far;
    for (; paths.edge_to[node] != graph::no_edge; ++steps) {
        if (!is_strong && is_strong_path(graph, paths, node)) break;
        node = graph::source_of(graph, paths.edge_to[node]);
    }
    return steps;
}

}  // namespace

TEST_CASE("a path of strong edges is taken before a shorter one with a weak edge") {
    const graph::Graph graph = graph_of(4, {{0, 3, false}, {0, 1}, {1, 2}, {2, 3}});
    const std::vector<std::vector<uint32_t>> tiers = {{0}};
    const graph::Paths paths = graph::shortest_paths(graph, tiers);
    CHECK(graph::path_to(graph, paths, 3, 10) == std::vector<uint32_t>{0, 1, 2, 3});
    CHECK(graph::path_to(graph, paths, 3, 2) == std::vector<uint32_t>{2, 3});
}

TEST_CASE("a root of a later tier does not shorten the path from an earlier one") {
    const graph::Graph graph = graph_of(4, {{0, 1}, {1, 2}, {3, 2}});
    const std::vector<std::vector<uint32_t>> tiers = {{0}, {3}};
    const graph::Paths paths = graph::shortest_paths(graph, tiers);
    CHECK(graph::path_to(graph, paths, 2, 10) == std::vector<uint32_t>{0, 1, 2});
    CHECK(paths.order == std::vector<uint32_t>{0, 1, 2, 3});
}

TEST_CASE("shortest paths agree with relaxed distances on random graphs") {
    RandomGraphs random(6);
    for (int round = 0; round < 3000; ++round) {
        const graph::Graph graph = random.next();
        const auto count = static_cast<uint32_t>(graph.node_count());
        const std::vector<std::vector<uint32_t>> tiers = {{random.below(count)}, {random.below(count)}};
        const graph::Paths paths = graph::shortest_paths(graph, tiers);
        const auto steps = naive_steps(graph, tiers);
        std::vector<bool> seen(count);
        for (const uint32_t node : paths.order) {
            REQUIRE_FALSE(seen[node]);
            seen[node] = true;
            if (paths.edge_to[node] != graph::no_edge) {
                REQUIRE(graph.edges[paths.edge_to[node]].to() == node);
                REQUIRE(seen[graph::source_of(graph, paths.edge_to[node])]);
            }
            REQUIRE(steps_of(graph, paths, node) == steps[node]);
        }
        for (uint32_t node = 0; node < count; ++node) REQUIRE(seen[node] == (steps[node] != far));
    }
}

TEST_CASE("a list of ten million nodes has a path of ten million") {
    constexpr uint32_t count = 10'000'000;
    const graph::Graph graph = chain_of(count);
    const std::vector<std::vector<uint32_t>> tiers = {{0}};
    const graph::Paths paths = graph::shortest_paths(graph, tiers);
    CHECK(paths.order.size() == count);
    CHECK(graph::path_to(graph, paths, count - 1, 5).front() == count - 5);
}
