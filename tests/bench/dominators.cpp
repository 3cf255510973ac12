// SPDX-License-Identifier: MIT
//
// How long do dominators take, and how much memory? Of a heap of NODES blocks with EDGES owning references, and of a
// list as long.
//
// Side:  tests, bench. Usage: dominators [NODES EDGES], 10,000,000 and 30,000,000 by default.
// Edges lead to near neighbours mostly, as an allocator lays out what is built together; one in eight leads anywhere,
// and every node has one from a node before it, as what is held has an owner.
// Prints CPU seconds, and the peak of the process's memory, of which the graph itself is 4 bytes a node and an edge.
#include "graph/dominators.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

using heapkit::graph::Edge;
using heapkit::graph::Graph;

uint64_t state = 1;
uint32_t below(uint32_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state >> 33) % bound);
}

uint32_t target(uint32_t from, uint32_t nodes) {
    constexpr uint32_t near = 64;
    if (below(8) == 0) return below(nodes);
    return std::min(nodes - 1, from - std::min(from, near / 4) + below(near));
}

// In two passes with the same numbers, so that nothing but the graph takes memory.
template <typename Visit>
void for_each_edge(uint32_t nodes, uint32_t edges, Visit visit) {
    state = 1;
    for (uint32_t node = 1; node < nodes; ++node) visit(node - 1 - below(std::min(node, 1000U)), node);
    for (uint32_t index = 0; index < edges - (nodes - 1); ++index) {
        const uint32_t from = below(nodes);
        visit(from, target(from, nodes));
    }
}

Graph heap_like(uint32_t nodes, uint32_t edges) {
    Graph graph;
    graph.begin.assign(size_t{nodes} + 2, 0);
    for_each_edge(nodes, edges, [&](uint32_t from, uint32_t) { ++graph.begin[from + 2]; });
    for (size_t at = 2; at < graph.begin.size(); ++at) graph.begin[at] += graph.begin[at - 1];
    graph.edges.resize(graph.begin.back(), Edge({.to = 0}));
    for_each_edge(nodes, edges,
                  [&](uint32_t from, uint32_t to) { graph.edges[graph.begin[from + 1]++] = Edge({.to = to}); });
    graph.begin.pop_back();
    return graph;
}

Graph list(uint32_t nodes) {
    Graph graph;
    for (uint32_t node = 0; node < nodes; ++node) {
        if (node + 1 < nodes) graph.edges.push_back(Edge({.to = node + 1}));
        graph.end_node();
    }
    return graph;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

long peak_mebibytes() {
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

void measure(const char* what, const Graph& graph) {
    const std::array tiers = {std::vector<uint32_t>{0}};
    const double start = cpu_seconds();
    const auto found = heapkit::graph::dominators(graph, tiers);
    const double took = cpu_seconds() - start;
    size_t depth = 0;  // of the last node, so that the answer is looked at
    for (uint32_t node = found.order.back(); node != heapkit::graph::no_node; node = found.of[node]) ++depth;
    std::printf("%s: %zu nodes, %zu edges: %.1f s CPU, peak %ld MiB; the last node lies %zu deep\n", what,
                graph.node_count(), graph.edges.size(), took, peak_mebibytes(), depth);
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
    const auto number = [&](int at, uint32_t fallback) {
        return count > at ? static_cast<uint32_t>(std::strtoul(words[at], nullptr, 10)) : fallback;
    };
    const uint32_t nodes = std::max(number(1, 10'000'000), 2U), edges = std::max(number(2, 30'000'000), nodes);
    measure("heap", heap_like(nodes, edges));
    measure("list", list(nodes));
}
