// SPDX-License-Identifier: MIT
//
// The dominator tree, to walk down: who keeps what alive, and how much of it.
//
// Side: heap, floor 7 (analyze).
// Cost: one pass over the objects that are shown or merged into what is shown.
//
// Objects of one type that hang on the same object, through fields that differ in indices alone, are one line: "7,072 ×
// Document". What hangs below them is merged in turn. So a cache of a million documents is five lines.
#pragma once

#include <span>

#include <heapkit/shapes.h>
#include "analyze/ownership.h"

namespace heapkit::analyze {

struct OwnedTreeOptions {
    double least_share = 0.001;  // of all that is shown: what is smaller is left out
    uint32_t max_depth = 40;
};

// Below `from`, or of the whole heap when that is empty: roots, what several of them share, what no root owns. Totals
// are retained bytes.
Tree owned_tree(const Heap& heap, const Ownership& ownership, std::span<const uint32_t> from,
                const OwnedTreeOptions& options);

}  // namespace heapkit::analyze
