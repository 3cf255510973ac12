// SPDX-License-Identifier: MIT
//
// The answer of leaks() as tables.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <array>
#include <vector>

#include "analyze/leak_groups.h"
#include "analyze/leaks.h"

namespace heapkit::analyze {

// One heap, judged and added up.
struct JudgedHeap {
    std::array<Total, leak_kind_count> totals = {};
    std::vector<LeakGroup> groups;
};

// A group with what the older heap has of it.
struct LeakRow {
    const LeakGroup* group = nullptr;
    LeakSum before;

    bool has_grown() const {
        const LeakSum& now = group->sum;
        return now.direct.bytes > before.direct.bytes || now.direct.blocks > before.direct.blocks ||
               now.indirect.bytes > before.indirect.bytes || now.indirect.blocks > before.indirect.blocks;
    }
};

Table leak_totals_table(const JudgedHeap& now, const JudgedHeap& before, const LeakOptions& options);
Table leak_groups_table(const std::vector<LeakRow>& rows, const LeakOptions& options);
Table suppressions_table(const read::Blocks& blocks, const Verdicts& verdicts, const Counted& counted,
                         const std::vector<Suppression>& suppressions);

}  // namespace heapkit::analyze
