// SPDX-License-Identifier: MIT
//
// Snapshots whose blocks are a sample: what they cannot answer, and how exact they are.
//
// Side: heap, floor 2 (read).
#pragma once

#include <optional>

#include <heapkit/result.h>
#include "read/snapshot.h"

namespace heapkit::read {

// Why a question cannot be asked that needs every block: what refers to what, leaks, retained sizes, what is wasted.
// Nothing when every block is here. The one place that decides.
std::optional<Error> needs_every_block(const Snapshot& snapshot);

// The half width of the interval in which the truth lies in 95 of 100 samples: of the sums of counted_bytes() and
// weight_of() over all blocks. Both 0 when every block is here. One pass.
//
// The variance of a sum of weight * y is estimated by that of weight * (weight - 1) * y², since blocks are in the
// sample independently of each other (Horvitz and Thompson, 1952).
struct Margin {
    double bytes = 0, blocks = 0;
};
Margin margin_of(const Blocks& blocks);

}  // namespace heapkit::read
