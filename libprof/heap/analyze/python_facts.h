// SPDX-License-Identifier: MIT
//
// What a snapshot says of its interpreter as a whole, in words.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>

#include "heap.h"

namespace heapkit::analyze {

// "3.11.2, 23,534 objects, of which the collector tracks 12,228"; "" when there was none.
std::string python_text(const Heap& heap);

// What a reader of types and references cannot rely on; "" when that is nothing.
std::string python_doubt(const Heap& heap);

}  // namespace heapkit::analyze
