// SPDX-License-Identifier: MIT
//
// The kinds of leaks by name.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string_view>

#include "analyze/verdicts.h"

namespace heapkit::analyze {

std::string_view to_text(LeakKind kind) noexcept;  // "definitely lost", …

// Which kinds are listed; totals are given of all.
struct LeakKinds {
    bool definite = true;
    bool indirect = false;
    bool possible = true;
    bool reachable = false;
    bool has(LeakKind kind) const noexcept;
    friend bool operator==(const LeakKinds&, const LeakKinds&) = default;
};
// "all", or names with commas between them: definite, indirect, possible, reachable (memcheck's --show-leak-kinds).
Result<LeakKinds> parse_leak_kinds(std::string_view text);

}  // namespace heapkit::analyze
