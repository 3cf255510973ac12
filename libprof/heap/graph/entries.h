// SPDX-License-Identifier: MIT
//
// Where to enter a graph so that all of it is reached along strong edges: from the roots, then from the heads of what
// those do not reach.
//
// Side:   heap, floor 2 (graph).
// Cost:   reach(), and components() of what is not reached strongly.
// Memory: 1 byte a node; 4 an entry; meanwhile up to 16 bytes a node, and 4 an edge among those not reached strongly.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace heapkit::graph {

enum class Tier : uint8_t {
    owned,      // from the roots: all that strong edges lead to
    looked_at,  // a path leads there from a root, but each has a weak edge somewhere
    unreached,  // no path leads there
};
constexpr size_t tier_count = 3;

// Entries of each tier: the roots as they were given, then heads (cliques.h) of what is left. `members`: one byte a
// node, not zero for those that must be reached; roots are members.
std::array<std::vector<uint32_t>, tier_count> entries_of(const Graph& graph, std::span<const uint32_t> roots,
                                                         std::span<const uint8_t> members);

}  // namespace heapkit::graph
