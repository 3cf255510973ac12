// SPDX-License-Identifier: MIT
//
// Who holds them? Of a population: its objects by who holds them, in a sentence each.
//
// Side: heap, floor 7 (analyze).
// Cost: that of chains(), which says what is held alike.
//
// memlab's clusters of retainer traces, for native objects: chains that go through the same types and fields, indices
// aside, are one; those that end at the same holder stand together.
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/chains.h"
#include "heap.h"

namespace heapkit::analyze {

struct HolderOptions {
    Choice of = {};
    size_t limit = 5;  // kinds of chains; 0: all
    bool raw = false;
};

struct Holders {
    Table holders;          // one row a kind of chain: who holds, objects, bytes, share, chain
    std::vector<Net> nets;  // one chain of each
    std::vector<std::string> notes;
};

// Errors: those of chains().
Result<Holders> holders(const Heap& heap, const HolderOptions& options);

}  // namespace heapkit::analyze
