// SPDX-License-Identifier: MIT
//
// What makes a verdict about leaks doubtful, in sentences.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include "analyze/suppressions.h"
#include "analyze/verdicts.h"
#include "heap.h"

namespace heapkit::analyze {

// Losses of the snapshot that can make a held block look lost, but for threads that ran: doubt_notes() has those.
std::vector<std::string> leak_loss_notes(const Heap& heap);

// Threads that ran while the process was copied; threads whose registers are not known, when that changed a verdict.
std::vector<std::string> doubt_notes(const Verdicts& verdicts);

// Suppressions that matched no block in `verdicts`.
std::vector<std::string> unused_suppression_notes(const std::vector<Suppression>& suppressions,
                                                  const Verdicts& verdicts);

}  // namespace heapkit::analyze
