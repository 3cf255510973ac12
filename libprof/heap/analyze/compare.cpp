// SPDX-License-Identifier: MIT
//
// compare(): tracemalloc's compare_to().
//
// Side: heap, floor 7 (analyze).
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "analyze/pairs.h"
#include "analyze/statistics.h"

namespace heapkit::analyze {
namespace {

std::vector<Column> columns_of(const Grouping& grouping) {
    std::vector<Column> columns = naming_columns(grouping.by);
    const bool has_sizes = grouping.metric != Metric::temporary;
    if (has_sizes) {
        columns.push_back({.name = "size", .key = "size", .unit = Unit::bytes});
        columns.push_back({.name = "Δ", .key = "size_diff", .unit = Unit::bytes, .is_delta = true});
    }
    columns.push_back({.name = "count", .key = "count", .unit = Unit::count});
    columns.push_back({.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true});
    if (has_sizes) columns.push_back({.name = "average", .key = "average", .unit = Unit::bytes});
    return columns;
}

void append_figures(std::vector<Cell>& row, const GroupPair& pair, bool has_sizes) {
    const Total now = pair.total(), difference = pair.difference();
    if (has_sizes) {
        row.emplace_back(now.bytes);
        row.emplace_back(difference.bytes);
    }
    row.emplace_back(now.blocks);
    row.emplace_back(difference.blocks);
    if (has_sizes) append_average(row, now);
}

}  // namespace

bool has_changed_more(const GroupPair& a, const GroupPair& b) {
    const auto rank = [](const GroupPair& pair) {
        const Total now = pair.total(), difference = pair.difference();
        return std::tuple(std::abs(difference.bytes), now.bytes, std::abs(difference.blocks), now.blocks);
    };
    const auto rank_a = rank(a), rank_b = rank(b);
    return rank_a != rank_b ? rank_a > rank_b : a.either().key < b.either().key;
}

std::vector<GroupPair> pairs_of(const std::vector<Group>& older, const std::vector<Group>& newer) {
    std::vector<GroupPair> pairs;
    pairs.reserve(older.size() + newer.size());
    std::unordered_map<std::string_view, size_t> pair_of_key;
    for (const Group& group : older) {
        pair_of_key.emplace(group.key, pairs.size());
        pairs.push_back({.older = &group, .newer = nullptr});
    }
    for (const Group& group : newer) {
        const auto found = pair_of_key.find(group.key);
        if (found == pair_of_key.end()) {
            pairs.push_back({.older = nullptr, .newer = &group});
        } else {
            pairs[found->second].newer = &group;
        }
    }
    return pairs;
}

Result<Table> compare(const Comparison& comparison) {
    const Grouping& grouping = comparison.grouping;
    auto older = groups_of(*comparison.older, grouping, comparison.filter);
    if (!older) return older.error();
    auto newer = groups_of(*comparison.newer, grouping, comparison.filter);
    if (!newer) return newer.error();
    std::vector<GroupPair> pairs = pairs_of(*older, *newer);
    std::sort(pairs.begin(), pairs.end(), has_changed_more);
    Labels labels(
        {.by = grouping.by, .full_paths = comparison.rows.full_paths, .raw_frames = comparison.rows.raw_frames});
    labels.know(*older);
    labels.know(*newer);

    Table table{.title = title_of(grouping), .key = key_of_table(grouping.by), .layout = Table::Layout::statistics};
    table.columns = columns_of(grouping);
    table.empty = "Nothing matches.";
    const size_t count = row_count(pairs.size(), comparison.rows);
    table.rows_left_out = pairs.size() - count;
    for (size_t index = 0; index < count; ++index) {
        const GroupPair& pair = pairs[index];
        const Heap& heap = pair.newer != nullptr ? *comparison.newer : *comparison.older;
        auto& row = table.rows.emplace_back(naming_cells(heap, pair.either(), grouping.by, labels));
        append_figures(row, pair, grouping.metric != Metric::temporary);
    }
    return table;
}

}  // namespace heapkit::analyze
