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

#include "heap.h"
#include "shapes.h"

namespace heapkit::analyze {

struct CycleOptions {
    size_t limit = 10;  // kinds of cycles; 0: all
    bool raw = false;
};

struct Cycles {
    // One row a kind: the fields that close it ("Parent::child_ → Child::parent_"), cycles, objects, bytes (what hangs
    // on them included), the address of one, and what keeps it: smart pointers and containers own for sure, and come
    // first; with a plain pointer among them it may be a list that points back, lost for another reason.
    Table kinds;
    std::vector<uint8_t> is_sure;  // of each row: nothing plain among what keeps it
    std::vector<Net> nets;         // of each row one cycle, with use counts where std::shared_ptr closes it
    int64_t cycles = 0, objects = 0, bytes = 0;
    std::vector<std::string> notes;
};

// Errors: no words in the snapshot.
Result<Cycles> cycles(const Heap& heap, const CycleOptions& options);

}  // namespace heapkit::analyze
