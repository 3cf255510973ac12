// SPDX-License-Identifier: MIT
//
// What is missing from a snapshot, in sentences; a note under every answer that it touches.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

// What an answer rests on, and so which losses touch it. Bits.
enum Rests : unsigned { on_counts = 1, on_stacks = 2, on_types = 4 };

std::vector<std::string> loss_notes(std::span<const Heap* const> heaps, unsigned rests);

Table losses_table(const Heap& heap);  // for info: all of them, with what each means

}  // namespace heapkit::analyze
