// SPDX-License-Identifier: MIT
//
// Doubts about an answer that the reader can do something about: modules without line information, two builds.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include "analyze/groups.h"
#include "heap.h"

namespace heapkit::analyze {

// "34.5 % of live bytes come from libz.so.1, for which there is no line information here." For those above a tenth of
// what the metric counts and the filter keeps.
std::vector<std::string> modules_without_lines(const Heap& heap, Metric metric = Metric::live,
                                               const Filter& filter = {});

}  // namespace heapkit::analyze
