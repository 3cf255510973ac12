// SPDX-License-Identifier: MIT
//
// What is wrong with it? The one answer for somebody in trouble: causes of growth, ranked by bytes and by how sure they
// are, what is no cause though it grew, and what nobody can say.
//
// Side:   heap, floor 7 (analyze). causes.h has the kinds of causes.
// Cost:   that of all of them together.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/causes.h"
#include "heap.h"

namespace heapkit::analyze {

struct Diagnosis {
    // "docserver grew by 24.5 MiB in 60 s, 418 KiB a second. Two causes explain 98 % of it."
    std::string verdict;
    std::vector<Cause> causes;  // the surest and largest first; their facts have titles with rank, rate and confidence
    Table ranking;              // the same as rows, for programs
    std::vector<std::string> notes;  // what is no cause, what is not sure, losses
};

// Oldest first, one at least. What snapshots do not allow to be asked (they were taken without words, the process died)
// is said in the notes.
Diagnosis diagnose(std::span<const Heap* const> heaps);

}  // namespace heapkit::analyze
