// SPDX-License-Identifier: MIT
//
// Which root holds a block that is not lost: the one where the shortest chain of pointers to it begins.
//
// Side:   heap, floor 7 (analyze).
// Cost:   two passes over blocks and edges.
// Memory: 4 bytes a block for the answer, 16 an edge from a root; 12 bytes a block more while it works.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"
#include "read/snapshot.h"
#include "refs/edges.h"

namespace heapkit::analyze {

struct RootsOfBlocks {
    std::vector<uint32_t> of;           // a block: index in `words`; graph::no_node when nothing reaches it
    std::vector<refs::RootWord> words;  // all words of roots that point to blocks
};

// `edges[i]` comes from `words[i]`. A variable is preferred to a word on a stack, and that to one in a register, which
// may only be on its way; a chain of start pointers to any with an interior one.
RootsOfBlocks roots_of_blocks(std::span<const prof_root> roots, const graph::Graph& graph,
                              std::span<const graph::Edge> edges, std::vector<refs::RootWord> words);

}  // namespace heapkit::analyze
