// SPDX-License-Identifier: MIT
//
// Doubts about an answer that the reader can do something about: modules without line information, two builds.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

// "34.5 % of live bytes come from libz.so.1, which has no line information here." For those above a tenth.
std::vector<std::string> modules_without_lines(const Heap& heap);

}  // namespace heapkit::analyze
