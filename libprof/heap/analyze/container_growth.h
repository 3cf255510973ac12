// SPDX-License-Identifier: MIT
//
// Containers over several snapshots: which gained elements and bytes, which only ever grow, and which of those is a
// runaway cache.
//
// Side:   heap, floor 7 (analyze).
// Cost:   populations_of() of each heap; of those that run away one pass over the new blocks.
// Memory: one Ownership at a time, besides what the heaps keep.
//
// A container is known again by the way that it is owned on (path_keys.h): the root and the fields down to it, by name,
// so that it is found in another run too. Where several share one way they are one population, whose sums are compared.
// With `each` they are told apart, within one run: a container that moved has taken its storage along, and is known by
// the oldest block of that; one that has new storage is known by its own address. What does both between two snapshots
// is a new one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/containers.h"
#include "analyze/trends.h"

namespace heapkit::analyze {

struct ContainerGrowthOptions {
    size_t limit = 10;  // rows; 0: all
    bool each = false;
    size_t warm_up = 0;  // intervals at the start that no verdict rests on
};

// One that runs away, or all of those that are owned alike. What is not known is "".
struct Runaway {
    std::string owner;  // "DocumentCache::docs_"
    std::string what;   // "unordered_map<int, Document>, 12,072 elements, retains 5279 KiB"
    bool is_cache = false;
    Trend elements;  // one value a heap
    Course of_elements;
    int64_t retained_gain = 0;  // bytes
    std::string inserted_by, elements_from, held_by;
    std::string elements_are;  // "ChartView", where the container's own type does not say it
    Table facts;  // all of it, to be shown
};

struct ContainerGrowth {
    Table containers;               // those that gained, most retained bytes gained first
    std::vector<Runaway> runaways;  // in the same order
    Table nodes;                    // as ContainersAnswer's, of the last heap
};

// Oldest first, two at least. Errors: those of Ownership::of().
//
// A container runs away when it never shrank, grew at every step, and what it retains is a twentieth of what the whole
// heap gained, at least; with two snapshots it may, with three it does. One that hangs in another that runs away is
// that one's content.
Result<ContainerGrowth> container_growth(std::span<const Heap* const> heaps, const ContainerGrowthOptions& options);

}  // namespace heapkit::analyze
