// SPDX-License-Identifier: MIT
//
// The types of all modules of a snapshot, from their debug information or from the cache.
//
// Side:    heap, floor 3 (symbols).
// Threads: one thread.
#pragma once

#include "read/snapshot.h"
#include "symbols/frames.h"
#include "symbols/type_columns.h"

namespace heapkit::symbols {

TypeColumns load_columns(const read::Snapshot& snapshot, const Options& options);

}  // namespace heapkit::symbols
