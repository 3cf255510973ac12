// SPDX-License-Identifier: MIT
//
// What a flame graph shows when it is asked by type: each type as wide as its objects, and above each the calls that
// made them. And what is too narrow to be seen, cut away.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <heapkit/shapes.h>
#include "analyze/flame.h"

namespace heapkit::analyze {

// Below the root one node a type, whose group is the evidence's name; below that the call tree of its blocks. Of live
// blocks alone: Metric::live or count. Errors: another metric; those of flame_tree().
// Cost: a pass over the blocks, and a step for each frame of each type.
Result<Tree> flame_tree_by_type(const FlameOptions& options);

// Without the nodes that are narrower than `least_share` of the root, now and before; what is below a node that goes,
// goes too. Returns how many went.
size_t cut_narrow(Tree& tree, double least_share);

}  // namespace heapkit::analyze
