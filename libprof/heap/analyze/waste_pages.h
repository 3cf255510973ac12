// SPDX-License-Identifier: MIT
//
// Fragmentation by its cause: the types and sites of the few blocks that keep almost empty pages.
//
// Side:   heap, floor 7 (analyze).
// Cost:   page_use.h's.
// Memory: a number for each group that occurs.
#pragma once

#include "analyze/page_use.h"
#include "analyze/waste.h"

namespace heapkit::analyze {

// Also what page_use_of() found, for the summary. Errors: the snapshot's pages are damaged. Without pages the table is
// empty and says why.
struct WastePages {
    PageUse use;
    WasteAnswer answer;
};
Result<WastePages> waste_pages(const BlockNames& names, const WasteOptions& options);

// For answers that need pages: why there are none.
std::string why_no_pages(const Heap& heap);

}  // namespace heapkit::analyze
