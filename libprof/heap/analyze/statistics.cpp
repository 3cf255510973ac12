// SPDX-License-Identifier: MIT
//
// statistics() and common_types(): the groups of one heap, sorted.
//
// Side: heap, floor 7 (analyze).
#include "analyze/statistics.h"

namespace heapkit::analyze {
namespace {

const Column size_column = {.name = "size", .key = "size", .unit = Unit::bytes};
const Column count_column = {.name = "count", .key = "count", .unit = Unit::count};
const Column average_column = {.name = "average", .key = "average", .unit = Unit::bytes};

}  // namespace

Result<Table> statistics(const Heap& heap, const Grouping& grouping, const Filter& filter, const RowOptions& rows) {
    auto groups = groups_of(heap, grouping, filter);
    if (!groups) return groups.error();
    const bool has_sizes = grouping.metric != Metric::temporary;
    grouping.metric == Metric::count ? sort_by_count(*groups) : sort_by_size(*groups);
    Labels labels({.by = grouping.by, .full_paths = rows.full_paths, .raw_frames = rows.raw_frames});
    labels.know(*groups);

    Table table{.title = title_of(grouping), .key = key_of_table(grouping.by), .layout = Table::Layout::statistics};
    table.columns = naming_columns(grouping.by);
    if (has_sizes) table.columns.push_back(size_column);
    table.columns.push_back(count_column);
    if (has_sizes) table.columns.push_back(average_column);
    table.empty = "Nothing matches.";
    const size_t count = row_count(groups->size(), rows);
    table.rows_left_out = groups->size() - count;
    for (size_t index = 0; index < count; ++index) {
        const Group& group = (*groups)[index];
        auto& row = table.rows.emplace_back(naming_cells(heap, group, grouping.by, labels));
        if (has_sizes) row.emplace_back(group.total.bytes);
        row.emplace_back(group.total.blocks);
        if (has_sizes) append_average(row, group.total);
    }
    return table;
}

Result<Table> common_types(const Heap& heap, const TypeOptions& options) {
    auto groups = groups_of(heap, {.by = GroupBy::type}, options.filter);
    if (!groups) return groups.error();
    options.by_size ? sort_by_size(*groups) : sort_by_count(*groups);
    Table table{.title = "Type", .key = "types", .layout = Table::Layout::columns};
    table.columns = {{.name = "type", .key = "name"},
                     count_column,
                     size_column,
                     average_column,
                     {.name = "known by", .key = "evidence"}};
    table.empty = "No blocks.";
    const size_t count = row_count(groups->size(), options.rows);
    table.rows_left_out = groups->size() - count;
    for (size_t index = 0; index < count; ++index) {
        const Group& group = (*groups)[index];
        const double average = static_cast<double>(group.total.bytes) / static_cast<double>(group.total.blocks);
        table.rows.push_back({group.place.function, group.total.blocks, group.total.bytes, average, group.evidence});
    }
    return table;
}

}  // namespace heapkit::analyze
