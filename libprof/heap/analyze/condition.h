// SPDX-License-Identifier: MIT
//
// Conditions that a build can fail on: "growth(Session) > 0", "total_growth > 10MiB".
//
// Side: heap, floor 7 (analyze).
//
//     condition   = quantity comparison number
//     quantity    = ("count" | "bytes" | "growth" | "growth_bytes") "(" PATTERN ")"
//                 | "total_count" | "total_bytes" | "total_growth" | "total_growth_count"
//     comparison  = ">" | ">=" | "<" | "<=" | "==" | "!="
//     number      = ["-"] digits ["." digits] [unit]
//     unit        = "B" | "K" | "KiB" | "kB" | "M" | "MiB" | "MB" | "G" | "GiB" | "GB"
//
// PATTERN is matched with type names as in --include type=PATTERN; all matching types are added up. count and bytes
// speak of the newer snapshot; growth is what the newer has more than the older, in blocks, growth_bytes and
// total_growth in bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyze/pairs.h"
#include "heap.h"

namespace heapkit::analyze {

struct Condition {
    enum class Quantity { count, bytes, growth, growth_bytes };
    enum class Comparison { greater, greater_equal, less, less_equal, equal, not_equal };
    std::string text;     // as it was written
    std::string pattern;  // "" for the totals of everything
    Quantity quantity = Quantity::count;
    Comparison comparison = Comparison::greater;
    double wanted = 0;
};

// The error shows the condition with a caret under what is wrong.
Result<Condition> parse_condition(std::string_view text);

struct Verdict {
    bool holds = false;
    double value = 0;
    size_t types_matched = 0;
    std::string text;  // "growth(Session) > 0 holds: 50"
};
Verdict judge(const Condition& condition, const std::vector<GroupPair>& types);

}  // namespace heapkit::analyze
