// SPDX-License-Identifier: MIT
//
// Padding: which classes have holes, how much all their objects lose to them, and what another order of members would
// save.
//
// Side:   heap, floor 7 (analyze). One class: class_padding.h.
// Cost:   one pass over the blocks, one over the classes that occur.
// Memory: 8 bytes a type of the debug information.
//
// Counted are objects whose type is sure (of high trust at least), also those in containers and inside other objects: a
// hole is the class's that has it, wherever its objects lie. Elements of a container beyond its size are none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyze/class_padding.h"
#include "analyze/waste.h"

namespace heapkit::analyze {

struct PaddedClass {
    std::string name, full_name;
    std::string holes;  // "7 B after active, 4 B at the end"
    int64_t objects = 0;
    int64_t size_bytes = 0, best_bytes = 0;
    int64_t padding_bytes = 0, saved_bytes = 0;  // of all objects
};

// Most saved first, then most padded.
std::vector<PaddedClass> padded_classes(const Heap& heap);
WasteAnswer waste_padding(const std::vector<PaddedClass>& classes, const WasteOptions& options);

}  // namespace heapkit::analyze
