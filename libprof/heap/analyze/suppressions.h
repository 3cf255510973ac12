// SPDX-License-Identifier: MIT
//
// LeakSanitizer's suppressions: which stacks' losses are known and not to be told.
//
// Side:   heap, floor 7 (analyze).
// Memory: the text, and 4 bytes a stack once they are matched.
//
//     # comment
//     leak:cache::Store::insert      any frame whose function, file or module has this in it
//     leak:^main$                    ^ only at its start, $ only at its end
//     leak:http::*::read             * stands for anything
//
// The patterns are case-sensitive. Functions are matched with their full, demangled names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

struct Suppression {
    std::string pattern;  // what stands behind "leak:"
    uint32_t line = 0;    // of the file
};

// Errors name `file` and the line.
Result<std::vector<Suppression>> parse_suppressions(std::string_view text, std::string_view file);
Result<std::vector<Suppression>> read_suppressions(const std::filesystem::path& file);

bool matches_suppression(std::string_view pattern, std::string_view text);

// For each stack the first suppression that matches any of its frames, graph::no_node when none does.
std::vector<uint32_t> suppression_of_stacks(const Heap& heap, const std::vector<Suppression>& suppressions);

}  // namespace heapkit::analyze
