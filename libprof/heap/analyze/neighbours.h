// SPDX-License-Identifier: MIT
//
// Who refers to these objects, and to what do they refer? objgraph's show_backrefs() and show_refs().
//
// Side:   heap, floor 7 (analyze).
// Memory: that of the heap's references, and of what is shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/choose.h"
#include "analyze/filter.h"
#include "heap.h"

namespace heapkit::analyze {

enum class Direction {
    referrers,  // backrefs: stops at roots
    referents,  // refs
};

// Lines of a box beside its name.
struct ExtraInfo {
    bool address = false, site = false, age = false;
};
// "address,site,age"; "all", "none".
Result<ExtraInfo> parse_extra_info(std::string_view text);

struct NeighbourOptions {
    Direction direction = Direction::referrers;
    Choice of = {};
    size_t most_subjects = 1;    // of those chosen, how many are drawn; the rest is one box "999 more like this"
    uint32_t max_depth = 3;      // steps from the objects asked for
    size_t too_many = 10;        // neighbours of one object; the rest is one box "N more references"; 0: all
    size_t most_nodes = 0;       // beyond it nothing is followed, and what has more is marked; 0: all
    std::vector<uint64_t> followed = {};  // addresses of what is followed one step further, beyond max_depth too
    std::string highlight = {};  // type pattern, "": none
    Filter filter = {};          // on blocks; applied before neighbours are counted. Roots and containers stay
    ExtraInfo extra = {};
    bool raw = false;          // show what containers and smart pointers consist of
    bool owning_only = false;  // follow owning references alone
};

// Node 0 to most_subjects - 1 are the objects asked for. Errors: those of choose(); no words in the snapshot.
Result<Net> neighbours(const Heap& heap, const NeighbourOptions& options);

}  // namespace heapkit::analyze
