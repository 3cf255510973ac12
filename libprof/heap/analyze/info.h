// SPDX-License-Identifier: MIT
//
// What is this snapshot? Process, times, counts, own memory, what its symbols are worth, and what was lost.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

Table process_facts(const Heap& heap);
Table modules_table(const Heap& heap);  // those that occur in a stack
Series live_over_time(const Heap& heap);

}  // namespace heapkit::analyze
