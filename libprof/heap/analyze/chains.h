// SPDX-License-Identifier: MIT
//
// What keeps these objects alive? The shortest chain of references from a root to each, and how many are held alike.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one breadth-first search of the whole heap, and one pass over the objects asked for.
// Memory: 8 bytes a block more than the heap's references.
//
// objgraph's find_backref_chain(x, is_proper_module) finds one chain for one object. Of a whole population it is asked
// at once here: objects whose chains go through the same types and fields, indices aside, are held alike.
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/choose.h"
#include "heap.h"

namespace heapkit::analyze {

struct ChainOptions {
    Choice of = {};
    size_t limit = 1;          // how many kinds of chains, those of most objects first; 0: all (--all-chains)
    uint32_t max_length = 40;  // steps that are shown; of a longer chain the middle is left out
    bool raw = false;
};

struct Chains {
    // Each is one chain, from its root to one object that stands for those held alike; is_chain is set. The title says
    // of how many: "1,000 of 1,009 UserRecord are held like this (9 others: --all-chains)".
    std::vector<Net> nets;
    std::vector<refs::VertexId> examples;  // of each net the vertex that its object is, or is an element of
    Table kinds;                           // one row a kind of chain: objects, bytes, root, fields in one line
    int64_t objects = 0;                   // asked for
    int64_t unreachable = 0;               // of them: no chain leads to them
    size_t kinds_left_out = 0;
    std::vector<std::string> notes;
};

// From roots to the objects. Errors: those of choose(); no words in the snapshot.
Result<Chains> chains(const Heap& heap, const ChainOptions& options);

// The shortest way from the objects to what a type pattern matches: refs --chain --to PATTERN. Errors: those of
// choose(), of both; that there is no such way.
struct ChainToOptions {
    Choice of = {};
    std::string to = {};  // type pattern
    uint32_t max_length = 40;
    bool raw = false;
};
Result<Net> chain_to(const Heap& heap, const ChainToOptions& options);

}  // namespace heapkit::analyze
