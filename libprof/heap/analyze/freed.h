// SPDX-License-Identifier: MIT
//
// What if it were freed? What would go, what would stay, and who else holds that.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over all objects and references. Exact also for many objects at once, where their retained sizes
//         do not add up: what two of them own together goes with both.
// Memory: 2 bytes a block, container and root more than Ownership.
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/ownership.h"

namespace heapkit::analyze {

struct FreedOptions {
    // An address, the name of a root ("EventBus::handlers_") or of a member that is a container
    // ("DocumentCache::docs_"), or the pattern of a type.
    std::string what;
    size_t limit = 10;  // rows of each table; 0: all
};

struct Freed {
    Total self, gone, stays;
    Table facts;
    Table goes_by_type;   // what would go, by type
    Table stays_by_type;  // what it leads to, but others own too: by type, with one other owner
};

// Vertices that a text names: what is at an address, a root or containers by name, objects of a type. Errors: those of
// choose().
struct Named {
    std::vector<uint32_t> vertices;
    std::string text;  // "EventBus::handlers_", "1,009 objects of type UserRecord"
};
Result<Named> named_vertices(const Heap& heap, const refs::References& references, const std::string& what);

// Errors: those of named_vertices().
Result<Freed> what_if_freed(const Heap& heap, const Ownership& ownership, const FreedOptions& options);

// One byte a vertex: 1 where what `freed` owns alone, itself included, would go.
std::vector<uint8_t> would_go(const Ownership& ownership, std::span<const uint32_t> freed);
// All of that.
Total would_go_in_all(const Ownership& ownership, std::span<const uint32_t> freed);

}  // namespace heapkit::analyze
