// SPDX-License-Identifier: MIT
//
// Who refers to whom: the words of blocks and roots as edges between blocks.
//
// Side:    heap, floor 5 (refs). Node i of the graph is block i.
// Threads: free functions over const data.
// Memory:  4 bytes a block, 4 an edge.
//
// A word is an edge as memcheck has it: to the start of a block, or into its requested bytes. It is strong when it is
// to the start, or when a heuristic says that such an interior pointer holds its block (interior.h). A pointer one past
// the end, or into the slack behind the requested bytes, refers to nothing: a vector's end() does not own what was
// allocated behind it. A block's pointers into itself are left out. A block that the program handed out of another has
// a strong edge to what is left of that one, besides its words: the one cannot be freed while the other is in use.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"
#include "read/words.h"
#include "refs/interior.h"

namespace heapkit::refs {

std::optional<graph::Edge> edge_of(const read::Word& word, const read::Blocks& blocks,
                                   const InteriorPointers& interior) noexcept;

// Errors: more blocks than a graph can have nodes.
Result<graph::Graph> edges_between(const read::Blocks& blocks, const read::Words& words,
                                   const InteriorPointers& interior);

// From all roots, in their order, without what is glibc's malloc's own: its globals point at headers of free chunks,
// and a header begins 8 bytes before the end of the block in front of it, inside that block.
std::vector<graph::Edge> edges_from_roots(const read::Snapshot& snapshot, const read::Blocks& blocks,
                                          const read::Words& words, const InteriorPointers& interior);

// A word of a root area: name_of() says what it is called.
struct RootWord {
    uint32_t root = 0;  // index in words.roots
    uint64_t offset_bytes = 0;
};
// Where each of these edges comes from. 16 bytes an edge.
std::vector<RootWord> words_of_roots(const read::Snapshot& snapshot, const read::Blocks& blocks,
                                     const read::Words& words, const InteriorPointers& interior);

// Whether a word is such a pointer of glibc's malloc to a chunk header.
bool is_of_malloc(const read::Snapshot& snapshot, const prof_root& root, const read::Word& word,
                  const read::Blocks& blocks) noexcept;

}  // namespace heapkit::refs
