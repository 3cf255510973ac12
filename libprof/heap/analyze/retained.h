// SPDX-License-Identifier: MIT
//
// Who keeps most alive? Objects, roots, types and sites by what would go with them.
//
// Side: heap, floor 7 (analyze). ownership.h says what self, retained and reachable mean.
// Cost: Ownership's, and one pass over objects and references for each 64 rows (graph/reachable.h).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/ownership.h"

namespace heapkit::analyze {

enum class RetainedBy { type, site, root };
std::optional<RetainedBy> parse_retained_by(std::string_view text) noexcept;

struct RetainedOptions {
    size_t limit = 10;  // rows of each table; 0: all
};

// What roots own, what is only looked at, what nothing leads to: adds up to what is live.
Table held_totals(const Ownership& ownership);

// Objects that no other object dominates, only a root or nothing: the top of the tree below the roots.
Table biggest_objects(const Heap& heap, const Ownership& ownership, const RetainedOptions& options);

// One row a type (containers by their class), a site, or a root; largest retained first. What several roots own
// together is in no root's row but in a last one, "shared by several roots".
Table retained_by(const Heap& heap, const Ownership& ownership, RetainedBy by, const RetainedOptions& options);

}  // namespace heapkit::analyze
