// SPDX-License-Identifier: MIT
//
// What of each type and owner is in memory, swapped, or was never touched.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the blocks and their pages.
// Memory: a number for each group that occurs.
//
// Never touched is what was asked for and never written or read, or given back to the kernel since: it costs no memory.
// A page that was read and never written counts as being in memory, although it is the kernel's page of zeros.
#pragma once

#include "analyze/waste.h"

namespace heapkit::analyze {

// Most untouched and swapped first, then most in memory. Errors: the snapshot's pages are damaged.
Result<WasteAnswer> waste_residency(const BlockNames& names, const WasteOptions& options);

}  // namespace heapkit::analyze
