// SPDX-License-Identifier: MIT
//
// The words of blocks and roots as edges between vertices: how a graph of references is made.
//
// Side:    heap, floor 5 (refs). references.h says what the graph is.
// Threads: one thread.
// Memory:  what it returns: 4 bytes a vertex, 8 an edge; meanwhile a byte a word.
#pragma once

#include <vector>

#include "graph/graph.h"
#include "refs/interior.h"
#include "refs/vertices.h"

namespace heapkit::refs {

struct Sources {
    const read::Snapshot& snapshot;
    const read::Blocks& blocks;
    const read::Words& words;
    const symbols::TypeBook& book;
    const types::Types& types;
    const Variables& variables;
    const Fields& fields;
    const InteriorPointers& interior;
    const python::Objects* python = nullptr;  // none: there is no interpreter
    bool raw = false;
};

struct Collected {
    graph::Graph graph;
    // Of each edge its word, in read::Words::slot; behind them all, its reference of Python's.
    std::vector<uint32_t> entries;
};

// A variable whose words are pointers becomes a root, and so does each such word of no variable; behind them those of
// Python.
void find_roots(const Sources& sources, Vertices& vertices);

Collected collect(const Sources& sources, const Vertices& vertices);

}  // namespace heapkit::refs
