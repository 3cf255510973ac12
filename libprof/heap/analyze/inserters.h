// SPDX-License-Identifier: MIT
//
// Who puts elements into a container? The stacks that allocated what is new in it.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the blocks.
// Memory: 8 bytes a stack, and a bit a block.
#pragma once

#include <string>

#include "analyze/containers.h"

namespace heapkit::analyze {

struct InsertersOf {
    const Heap* older = nullptr;  // nullptr: everything is new
    const Heap* newer = nullptr;
    const Ownership* ownership = nullptr;      // of the newer heap
    const Populations* populations = nullptr;  // of the newer heap
    uint64_t key = 0;                          // which of them
};

struct Inserters {
    // Who allocated its new storage: nodes, or the buffer that it grew into. "DocumentCache::get()
    // document_cache.cpp:25, called from handle_request() server.cpp:57"; with a share when there are several; "" when
    // nothing is new.
    std::string inserters;
    // Who allocated the new objects that hang on it, where that is somebody else.
    std::string elements;
    // What those objects are: "ChartView"; with a share when there are several classes.
    std::string classes;
};

// Of snapshots of two runs everything is new.
Inserters inserters_of(const InsertersOf& question);

// "DocumentCache::get(int) document_cache.cpp:25, called from Server::handle_request(int) server.cpp:57": the innermost
// two frames that are no plumbing.
std::string call_text(const Heap& heap, StackId stack);

}  // namespace heapkit::analyze
