// SPDX-License-Identifier: MIT
//
// growth(): peaks per type over all heaps but the last, and what the last has above them.
//
// Side: heap, floor 7 (analyze).
#include "analyze/growth.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace heapkit::analyze {
namespace {

struct History {
    std::string name;
    Trend blocks, bytes;  // one value a heap

    static int64_t above_peak(const Trend& trend) {
        return trend.back() - *std::max_element(trend.begin(), trend.end() - 1);
    }
    Total gain() const { return {.bytes = above_peak(bytes), .blocks = above_peak(blocks)}; }
    bool has_grown() const { return gain().blocks > 0 || gain().bytes > 0; }
    size_t steps_up() const {
        size_t steps = 0;
        for (size_t index = 1; index < blocks.size(); ++index) {
            steps += blocks[index] > blocks[index - 1] || bytes[index] > bytes[index - 1] ? 1U : 0U;
        }
        return steps;
    }
};

Result<std::vector<History>> histories_of(std::span<const Heap* const> heaps, const Filter& filter) {
    type_together(heaps);
    std::vector<History> histories;
    std::unordered_map<std::string, size_t> of_type;
    for (size_t at = 0; at < heaps.size(); ++at) {
        auto groups = groups_of(*heaps[at], {.by = GroupBy::type}, filter);
        if (!groups) return groups.error();
        for (const Group& group : *groups) {
            const auto [entry, is_new] = of_type.try_emplace(group.key, histories.size());
            if (is_new) {
                const Trend zeros(heaps.size());
                histories.push_back({.name = group.place.function, .blocks = zeros, .bytes = zeros});
            }
            histories[entry->second].blocks[at] = group.total.blocks;
            histories[entry->second].bytes[at] = group.total.bytes;
        }
    }
    return histories;
}

void sort_by_gain(std::vector<History>& histories, bool by_bytes) {
    std::sort(histories.begin(), histories.end(), [by_bytes](const History& a, const History& b) {
        const auto rank = [by_bytes](const History& history) {
            const Total gain = history.gain();
            return by_bytes ? std::pair(-gain.bytes, -gain.blocks) : std::pair(-gain.blocks, -gain.bytes);
        };
        return std::tuple(rank(a), std::string_view(a.name)) < std::tuple(rank(b), std::string_view(b.name));
    });
}

Cell gain_or_nothing(int64_t gain) { return std::max<int64_t>(gain, 0); }

}  // namespace

Result<Table> growth(std::span<const Heap* const> heaps, const GrowthOptions& options) {
    auto histories = histories_of(heaps, options.filter);
    if (!histories) return histories.error();
    std::erase_if(*histories, [](const History& history) { return !history.has_grown(); });
    sort_by_gain(*histories, options.by_bytes);

    const bool has_trend = heaps.size() > 2;
    Table table{.title = "By type", .key = "growth", .layout = Table::Layout::columns};
    table.columns = {{.name = "type", .key = "name"},
                     {.name = "count", .key = "count", .unit = Unit::count},
                     {.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "Δ", .key = "size_diff", .unit = Unit::bytes, .is_delta = true},
                     {.name = "counts", .key = "counts", .is_for_json = !has_trend},
                     {.name = "grew", .key = "grew", .is_for_json = !has_trend},
                     {.name = "sizes", .key = "sizes", .is_for_json = true}};
    table.empty = "No type grew.";
    const size_t count = row_count(histories->size(), options.rows);
    table.rows_left_out = histories->size() - count;
    for (size_t index = 0; index < count; ++index) {
        const History& history = (*histories)[index];
        const Total gain = history.gain();
        table.rows.push_back({history.name, history.blocks.back(), gain_or_nothing(gain.blocks), history.bytes.back(),
                              gain_or_nothing(gain.bytes), history.blocks,
                              fmt::format("{} of {}", history.steps_up(), heaps.size() - 1), history.bytes});
    }
    return table;
}

}  // namespace heapkit::analyze
