// SPDX-License-Identifier: MIT
//
// The types of all modules of a snapshot, from their debug information or from the cache.
//
// Side:    heap, floor 3 (symbols).
// Threads: one thread.
#pragma once

#include "read/snapshot.h"
#include "symbols/frames.h"
#include "symbols/module_files.h"
#include "symbols/type_columns.h"

namespace heapkit::symbols {

// Whether a module's debug information is worth reading: it is loaded, has a file, and is not the recorder itself.
bool has_types_of_interest(const read::Snapshot& snapshot, const prof_module& module);
ModuleFiles files_of(const read::Snapshot& snapshot, const prof_module& module);

// Of one module, from the cache or its debug information; empty when it has none.
TypeColumns columns_of(const ModuleFiles& files, std::span<const uint8_t> build_id, bool use_cache);
TypeColumns load_columns(const read::Snapshot& snapshot, const Options& options);

}  // namespace heapkit::symbols
