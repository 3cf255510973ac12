// SPDX-License-Identifier: MIT
//
// What hangs on what, among nodes that nothing else holds: heads, and the clique that each of them holds up.
//
// Side:   heap, floor 2 (graph).
// Cost:   two passes over nodes and edges.
// Memory: 4 bytes a node for the answer; a bit a component and a work list of at most 4 bytes a node meanwhile.
//
// The fewest nodes from which all others can be reached are one of each strongly connected component that no other
// points to: a block that nobody refers to, or any one of a cycle that nobody else refers to. We take the one with the
// smallest number.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/components.h"
#include "graph/graph.h"

namespace heapkit::graph {

// For each node its head: itself when it is one, no_node when it is in no component. A node that several heads reach
// belongs to the first of them, in the order of nodes. Strength does not matter here.
std::vector<uint32_t> heads_of(const Graph& graph, const Components& components);

}  // namespace heapkit::graph
