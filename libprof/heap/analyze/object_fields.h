// SPDX-License-Identifier: MIT
//
// What is in this object? The members of its class, and of each what the snapshot kept of it.
//
// Side: heap, floor 7 (analyze).
// Cost: that of the class, whatever the heap's size.
//
// Members of bases and of unnamed structs and unions stand between those of the class; a member that is a class is one
// row. A value is there where the snapshot has it: pointers, and small integers in an object's first bytes; no text, no
// floating point (docs/FORMAT.md).
#pragma once

#include <heapkit/shapes.h>
#include "analyze/choose.h"
#include "heap.h"

namespace heapkit::analyze {

// A row a member: offset, name, type, size, value, and the address that a pointer leads to. Of an array of objects the
// one in which the address lies. Empty when no debug information describes the type.
Table object_fields(const Heap& heap, Interior place);

}  // namespace heapkit::analyze
