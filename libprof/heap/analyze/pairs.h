// SPDX-License-Identifier: MIT
//
// Groups of two heaps, side by side.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <vector>

#include "analyze/groups.h"

namespace heapkit::analyze {

struct GroupPair {
    const Group* older = nullptr;  // null: the group is new
    const Group* newer = nullptr;  // null: it has vanished

    const Group& either() const noexcept { return newer != nullptr ? *newer : *older; }
    Total old_total() const noexcept { return older != nullptr ? older->total : Total{}; }
    Total total() const noexcept { return newer != nullptr ? newer->total : Total{}; }
    Total difference() const noexcept {
        const Total before = old_total(), after = total();
        return {.bytes = after.bytes - before.bytes, .blocks = after.blocks - before.blocks};
    }
};

// tracemalloc's order of differences: by |size|, then the size now, |count|, and the count now; largest first.
bool has_changed_more(const GroupPair& a, const GroupPair& b);

// Pairs point into the two vectors.
std::vector<GroupPair> pairs_of(const std::vector<Group>& older, const std::vector<Group>& newer);

}  // namespace heapkit::analyze
