// SPDX-License-Identifier: MIT
//
// Where line information is missing, and how much that matters.
//
// Side: heap, floor 7 (analyze).
#include "analyze/doubts.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/groups.h"
#include "analyze/sites.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr double worth_a_note_percent = 10;

}  // namespace

std::vector<std::string> modules_without_lines(const Heap& heap, Metric metric, const Filter& filter) {
    const Sites sites(heap, {});
    const std::vector<Total> totals = totals_by_stack(heap, metric, Selection(heap, filter));
    std::unordered_map<uint32_t, int64_t> bytes_of_module;
    int64_t all_bytes = 0;
    for (size_t index = 0; index < totals.size(); ++index) {
        all_bytes += totals[index].bytes;
        const auto site = sites.of(StackId(index));
        if (!site || totals[index].bytes == 0) continue;
        const symbols::Location& location = heap.frames().location(*site);
        if (location.file.value == 0) bytes_of_module[location.module.value] += totals[index].bytes;
    }
    std::vector<std::pair<int64_t, std::string>> found;
    for (const auto& [module, bytes] : bytes_of_module) {
        found.emplace_back(bytes, std::string(heap.frames().text(StringId(module))));
    }
    std::sort(found.rbegin(), found.rend());
    std::vector<std::string> notes;
    for (const auto& [bytes, module] : found) {
        const double percent = 100.0 * static_cast<double>(bytes) / static_cast<double>(all_bytes);
        if (percent < worth_a_note_percent || module.empty()) continue;
        notes.push_back(fmt::format("{} of {} bytes come from {}, for which there is no line information here.",
                                    percent_to_text(percent), metric == Metric::live ? "live" : "these", module));
    }
    return notes;
}

}  // namespace heapkit::analyze
