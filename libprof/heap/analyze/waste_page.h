// SPDX-License-Identifier: MIT
//
// The questions of waste.h put together: a page with a summary of what they found.
//
// Side:   heap, floor 7 (analyze).
// Cost:   that of the questions that are asked.
// Memory: that of the largest.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/waste.h"

namespace heapkit::analyze {

// In the order in which they are answered.
inline constexpr std::array<std::string_view, 6> waste_parts = {"summary",    "padding", "containers",
                                                                "duplicates", "pages",   "residency"};

struct WasteQuestion {
    WasteOptions options = {};
    std::vector<std::string> only = {};  // of waste_parts; all when empty
};

struct WastePage {
    WasteAnswer answer = {};
    bool has_duplicates = false;
};

// Errors: a part that was asked for by name cannot be answered, and why. One that was not is left out, with a note that
// says how to get it.
Result<WastePage> waste_page(const Heap& heap, const WasteQuestion& question);

}  // namespace heapkit::analyze
