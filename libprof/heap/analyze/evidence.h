// SPDX-License-Identifier: MIT
//
// How the types of a heap are known: what each technique decides, what it could have said, and whether techniques
// agree.
//
// Side:    heap, floor 7 (analyze).
// Memory:  a few words a pair of techniques; votes are asked block by block.
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

// Three tables. "evidence": blocks and bytes that each technique decides, with how sure it is, and the blocks of which
// it says something. "agreement": for each two techniques, the blocks of which both say a type, and how many they call
// the same. Places and guesses that are names alone say no type. "vtables": blocks whose first word is a vtable, by
// what it says of their class and why it does not, and how many have a type, by that or by something else.
struct EvidenceTables {
    Table coverage, agreement, vtables;
};
EvidenceTables evidence_of_types(const Heap& heap);

// Why half of the blocks or more have no type, where the program's lack of debug information explains it; otherwise
// none.
std::vector<std::string> missing_types(const Heap& heap);

// Declarations of the program's that were not believed: the sizes of their blocks, or debug information, say otherwise.
std::vector<std::string> doubted_declarations(const Heap& heap);

}  // namespace heapkit::analyze
