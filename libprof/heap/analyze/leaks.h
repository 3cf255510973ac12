// SPDX-License-Identifier: MIT
//
// What is lost? memcheck's leak check of a snapshot, and what is new or has grown since an older one.
//
// Side:   heap, floor 7 (analyze). docs/leaks.md explains the answer to its readers.
// Memory: see verdicts.h; two heaps are judged one after the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/leak_kinds.h"
#include "analyze/rows.h"
#include "analyze/suppressions.h"

namespace heapkit::analyze {

struct LeakOptions {
    const Heap* heap = nullptr;
    const Heap* older = nullptr;  // of the same program: differences are shown
    bool only_new = false;        // only blocks that `older` does not have; both must be of one run
    bool only_increased = false;  // only groups with more bytes or blocks than in `older`
    LeakKinds kinds = {};
    refs::Heuristics heuristics = {};
    std::vector<Suppression> suppressions = {};
    bool by_traceback = false;
    bool finds_types = true;     // of what is listed
    bool finds_holders = false;  // of what is indirectly lost
    RowOptions rows = {};

    bool shows_differences() const noexcept { return older != nullptr && !only_new; }
};

struct Leaks {
    Table totals;        // by kind
    Table groups;        // largest first
    Table suppressions;  // those that matched something
    std::vector<std::string> notes;
    int64_t blocks = 0;           // in groups, those beyond the limit too: what a build may fail on
    int64_t doubtful_blocks = 0;  // possibly lost only for a doubt in the notes; otherwise definitely
    std::optional<BlockId> example = {};  // of the call stack that lost most, surest kind first
};

// Errors: those of verdicts_of(), of both heaps; only_new or only_increased without an older heap or
// together; only_new with an older heap of another run.
Result<Leaks> leaks(const LeakOptions& options);

}  // namespace heapkit::analyze
