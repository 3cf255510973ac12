// SPDX-License-Identifier: MIT
//
// A directed graph in two flat columns (compressed sparse rows). Edges are strong or weak; what that means is the
// caller's business: this folder knows no heap.
//
// Side:    heap, floor 2 (graph).
// Threads: const once it is built.
// Memory:  4 bytes a node, 4 an edge.
//
//     begin   0 2 2 3          node 0 has edges 0 and 1, node 1 none, node 2 edge 2
//     edges   1s 2w 0s         to 1 strongly, to 2 weakly; to 0 strongly
//
// Next: reach.h (what is reached from roots), cliques.h (what hangs on what, of the rest), components.h (cycles).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heapkit::graph {

// Nodes are numbered below this, so that an edge fits 32 bits with its strength.
constexpr size_t most_nodes = size_t{1} << 31;
constexpr uint32_t no_node = UINT32_MAX;

class Edge {
   public:
    struct Target {
        uint32_t to = 0;
        bool is_strong = true;
    };
    constexpr explicit Edge(Target target) noexcept : bits_(target.to << 1 | uint32_t{target.is_strong}) {}

    constexpr uint32_t to() const noexcept { return bits_ >> 1; }
    constexpr bool is_strong() const noexcept { return (bits_ & 1) != 0; }
    friend constexpr bool operator==(Edge, Edge) = default;

   private:
    uint32_t bits_;
};
static_assert(sizeof(Edge) == 4);

struct Graph {
    std::vector<uint32_t> begin = {0};  // first edge of each node, and where the last one's end
    std::vector<Edge> edges;

    size_t node_count() const noexcept { return begin.size() - 1; }
    std::span<const Edge> out(uint32_t node) const noexcept {
        return std::span(edges).subspan(begin[node], begin[node + 1] - begin[node]);
    }
    // To build: push the edges of node 0 to `edges`, end_node(), push those of node 1, end_node(), …
    void end_node() { begin.push_back(static_cast<uint32_t>(edges.size())); }
};

}  // namespace heapkit::graph
