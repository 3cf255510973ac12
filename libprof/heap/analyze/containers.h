// SPDX-License-Identifier: MIT
//
// The containers of a heap by who owns them: how much is in them, how much they take, and what of that is waste.
//
// Side:   heap, floor 7 (analyze).
// Cost:   Ownership's, one pass over the blocks, and the way of each container from a root.
// Memory: 48 bytes a container.
//
// Containers that are owned on one way (path_keys.h) are one population, and one row: the tags of each document.
// Strings are no containers here, and one that never had storage is not known.
//
//     payload   elements x the size of one
//     waste     what its storage is beyond that: spare capacity, links and buckets
//
// A container made of nodes pays links, and often a header of the allocator, for each element. Where that is more than
// the elements themselves, the answer says what a flat one of the same elements would take.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/ownership.h"

namespace heapkit::analyze {

// Containers that are owned alike.
struct Population {
    uint64_t key = 0;      // of the way; with --each of the way and the address
    std::string owner;     // "DocumentCache::docs_"
    std::string type;      // "unordered_map<int, Document>"
    uint32_t example = 0;  // the vertex of the one that retains most
    uint64_t address = 0;  // of that one
    uint64_t storage_key = 0;  // with --each: of the oldest block of its storage, which stays where a container moves
    int64_t containers = 0;
    int64_t elements = 0, capacity = 0;  // capacity: elements that fit, buckets of a hash table
    int64_t payload_bytes = 0, retained_bytes = 0;
    Total storage;
    int64_t slack_bytes = 0;                          // what the allocator rounded up
    bool is_made_of_nodes = false, is_keyed = false;  // is_keyed: a map, a set

    std::string label() const;  // "DocumentCache::docs_", "25,703 × Document::tags"
    int64_t waste_bytes() const noexcept { return storage.bytes > payload_bytes ? storage.bytes - payload_bytes : 0; }
    // Its nodes cost more than what is in them.
    bool pays_for_nodes() const noexcept { return is_made_of_nodes && waste_bytes() + slack_bytes > payload_bytes; }
};

struct Populations {
    std::vector<Population> all;  // most retained first
    std::vector<uint32_t> of;     // a container (index in types::Containers): its population, or Ownership::no_group
};

struct ContainerOptions {
    size_t limit = 10;  // rows; 0: all
    bool each = false;  // one row a container, not a population
};

Populations populations_of(const Heap& heap, const Ownership& ownership, bool each);

struct ContainersAnswer {
    Table containers;
    Table nodes;  // those whose nodes cost more than what is in them, with the flat alternative
};
ContainersAnswer containers(const Populations& populations, const ContainerOptions& options);

}  // namespace heapkit::analyze
