// SPDX-License-Identifier: MIT
//
// What grew? objgraph's growth(): types above the highest count seen so far; how fast; and when memory would be full.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <span>

#include <heapkit/shapes.h>
#include "analyze/groups.h"
#include "analyze/rows.h"
#include "analyze/trends.h"

namespace heapkit::analyze {

struct GrowthOptions {
    Filter filter;
    RowOptions rows = {.limit = 10};
    bool by_bytes = false;  // sort by bytes added rather than blocks added
    enum class By { type, site, owner, domain };
    By by = By::type;
    size_t warm_up = 0;  // intervals at the start that rates, courses and "grew" leave out
};

// A type, a line, an owner or a domain.
struct Grown {
    std::string name;
    Trend blocks, bytes;  // one value a heap
    Course course = {};   // of the bytes

    Total gain() const;       // above the highest of the heaps before the last; negative: below
    size_t steps_up() const;  // at how many it rose
};

// `heaps`, oldest first, two at least. A type is in the answer when the last heap has more blocks or more bytes of it
// than any heap before: increases only, largest first. Errors: those of groups_of(), by owner those of Ownership::of().
//
// By site it is the lines that allocated; by owner the containers (container_growth.h), whose count is of elements and
// whose size is what they retain. `warm_up` sets intervals aside: what grew in them and stayed is no growth.
Result<std::vector<Grown>> grown(std::span<const Heap* const> heaps, const GrowthOptions& options);

// The same as a table. With more than two heaps each row has its trend, and at how many steps it rose.
Result<Table> growth(std::span<const Heap* const> heaps, const GrowthOptions& options);

// The whole heap as facts: what it gained, how fast, whether at every step, and when `memory_bytes` would be full at
// this rate (0: not asked for).
Table heap_rate(std::span<const Heap* const> heaps, size_t warm_up, uint64_t memory_bytes);

}  // namespace heapkit::analyze
