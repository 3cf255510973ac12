// SPDX-License-Identifier: MIT
//
// How many are there? objgraph's count(), for several types at once.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <span>
#include <string>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

// One row a pattern (choose.h), in their order: blocks, bytes, and how many types it matched. Errors: a pattern that
// matches no type.
Result<Table> count(const Heap& heap, std::span<const std::string> patterns);

}  // namespace heapkit::analyze
