// SPDX-License-Identifier: MIT
//
// Verdicts, added up: by kind, and by kind and place. What memcheck calls loss records.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the blocks into arrays by stack, then it follows stacks.
// Memory: 160 bytes a stack while it adds.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "analyze/groups.h"
#include "analyze/leak_kinds.h"
#include "analyze/verdicts.h"

namespace heapkit::analyze {

struct LeakSum {
    Total direct;        // blocks of the kind itself
    Total indirect;      // of definitely lost blocks: what hangs on them
    int64_t cycles = 0;  // of definitely lost blocks: those that stand for a cycle

    bool is_empty() const noexcept { return direct.blocks == 0 && indirect.blocks == 0; }
    int64_t bytes() const noexcept { return direct.bytes + indirect.bytes; }
    LeakSum& operator+=(const LeakSum& other) noexcept;
};

struct LeakGroup {
    Group what;  // its key begins with the kind; its total is not used
    LeakKind kind = LeakKind::reachable;
    LeakSum sum;
    StackId stack = {};  // the one of most of its bytes, and how many those are
    int64_t bytes_of_stack = 0;
    // Of what is reachable or possibly lost, when the verdicts have roots: what the root of most of its bytes is
    // called, and how many roots there are.
    std::string root = {};
    int64_t roots = 0;
    // When it was asked for (leak_types.h): of what type most of its bytes are, "" where none is known, and how many
    // types there are; of what is indirectly lost, through which field of what most of it is held, and how many such
    // fields there are.
    std::string type = {}, full_type = {};
    int64_t types = 0;
    std::string holder = {};
    int64_t holders = 0;
};

struct LeakGrouping {
    bool by_traceback = false;  // by whole stacks; else by site
    bool raw_frames = false;
    LeakKinds typed = {false, false, false, false};  // groups of these say their type
    bool finds_holders = false;
};

// Blocks that are not in `counted` (one bit a block; empty: all are) are left out.
using Counted = std::vector<bool>;

std::array<Total, leak_kind_count> totals_by_kind(const read::Blocks& blocks, const Verdicts& verdicts,
                                                  const Counted& counted);

// Of all kinds but suppressed. Errors: those of Heap::references(), when holders are asked for.
Result<std::vector<LeakGroup>> leak_groups(const Heap& heap, const Verdicts& verdicts, const Counted& counted,
                                           const LeakGrouping& grouping);

}  // namespace heapkit::analyze
