// SPDX-License-Identifier: MIT
//
// Questions that need every block, asked of several heaps. One heap: read/sample.h.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <optional>
#include <span>

#include <heapkit/result.h>
#include "heap.h"
#include "read/sample.h"

namespace heapkit::analyze {

// Of the first that is a sample.
inline std::optional<Error> needs_every_block(std::span<const Heap* const> heaps) {
    for (const Heap* heap : heaps)
        if (auto refusal = read::needs_every_block(heap->snapshot())) return refusal;
    return std::nullopt;
}

}  // namespace heapkit::analyze
