// SPDX-License-Identifier: MIT
//
// How the types of a heap are known: what each technique decides, what it could have said, and whether techniques
// agree.
//
// Side:    heap, floor 7 (analyze).
// Memory:  a few words a pair of techniques; votes are asked block by block.
#pragma once

#include "heap.h"
#include "shapes.h"

namespace heapkit::analyze {

// Two tables. "evidence": blocks and bytes that each technique decides, with how sure it is, and the blocks of which it
// says something. "agreement": for each two techniques, the blocks of which both say a type, and how many they call the
// same. Places and guesses that are names alone say no type.
struct EvidenceTables {
    Table coverage, agreement;
};
EvidenceTables evidence_of_types(const Heap& heap);

}  // namespace heapkit::analyze
