// SPDX-License-Identifier: MIT
//
// What is at this address? All that is known of one block.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

struct ObjectOptions {
    std::string address = {};  // may lie inside the block
    size_t limit = 10;         // rows of referrers and of referents; 0: all
    size_t referrers_offset = 0, referents_offset = 0;  // rows to skip
    bool raw = false;                                   // show what containers consist of
    bool full_paths = false;
    bool raw_frames = false;
};

struct ObjectAnswer {
    Table facts;      // block, member at the address, type and its evidence, sizes, age, thread
    Table votes;      // what each technique says the type is; empty when all agree
    Table referrers;  // who, through which field, whether it owns
    Table referents;
    Table allocation;  // its call stack: one row, Layout::statistics
    std::vector<std::string> notes;
};

// Errors: those of block_at() in choose.h.
Result<ObjectAnswer> object(const Heap& heap, const ObjectOptions& options);

}  // namespace heapkit::analyze
