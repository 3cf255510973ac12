// SPDX-License-Identifier: MIT
//
// Cycles that keep themselves alive: objects that own each other, or themselves, and that nothing outside holds.
//
// Side:   heap, floor 7 (analyze).
// Cost:   a few passes over blocks and references.
// Memory: that of the heap's references, and 6 bytes a block meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

struct CycleOptions {
    size_t limit = 10;  // kinds of cycles; 0: all
    bool raw = false;
};

// Cycles that the same fields close.
struct CycleKind {
    std::string fields;                          // "Parent::child_ → Child::parent_"
    int64_t cycles = 0, objects = 0, bytes = 0;  // what hangs on them included
    uint64_t address = 0;                        // of one of them
    // Smart pointers and containers own for sure, and come first; with a plain pointer among them it may be a list that
    // points back, lost for another reason.
    bool is_sure = false;
    Net net;  // one of them, with use counts where std::shared_ptr closes it
};

struct Cycles {
    std::vector<CycleKind> kinds;                // the largest `limit` of them
    Table table;                                 // a row a kind
    int64_t cycles = 0, objects = 0, bytes = 0;  // of all kinds
};

// Errors: no words in the snapshot.
Result<Cycles> cycles(const Heap& heap, const CycleOptions& options);

}  // namespace heapkit::analyze
