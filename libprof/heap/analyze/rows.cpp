// SPDX-License-Identifier: MIT
//
// The columns that name a group.
//
// Side: heap, floor 7 (analyze). Their JSON keys are promised in docs/json.md.
#include "analyze/rows.h"

#include <fmt/format.h>
#include <algorithm>

namespace heapkit::analyze {

size_t row_count(size_t groups, const RowOptions& options) noexcept {
    return options.limit == 0 ? groups : std::min(groups, options.limit);
}

std::string title_of(const Grouping& grouping) {
    const std::string_view what = grouping.by == GroupBy::lineno     ? "line"
                                  : grouping.by == GroupBy::filename ? "file"
                                                                     : to_text(grouping.by);
    std::string title = fmt::format("By {}", what);
    if (grouping.metric == Metric::allocated) title += ", ever allocated";
    if (grouping.metric == Metric::peak) title += ", at the peak";
    if (grouping.metric == Metric::temporary) title += ", temporary blocks";
    if (grouping.cumulative) title += ", with everything called from there";
    return title;
}

std::string key_of_table(GroupBy by) { return fmt::format("by_{}", to_text(by)); }

std::vector<Column> naming_columns(GroupBy by) {
    const auto text = [](std::string key) { return Column{.name = key, .key = key, .is_for_json = true}; };
    const Column file = text("file"), function = text("function"), module = text("module");
    const Column line = {.name = "line", .key = "line", .unit = Unit::count, .is_for_json = true};
    std::vector<Column> columns = {{.name = "", .key = "name"}};
    switch (by) {
        case GroupBy::lineno:
            columns.insert(columns.end(), {file, line, function, module});
            break;
        case GroupBy::filename:
            columns.insert(columns.end(), {file, module});
            break;
        case GroupBy::function:
            columns.insert(columns.end(), {function, file, module});
            break;
        case GroupBy::module:
            columns.push_back(module);
            break;
        case GroupBy::traceback:
            columns.push_back(text("traceback"));
            break;
        case GroupBy::type:
            columns.push_back(text("evidence"));
            break;
        case GroupBy::thread:
        case GroupBy::domain:
            break;
    }
    return columns;
}

std::vector<Cell> naming_cells(const Heap& heap, const Group& group, GroupBy by, const Labels& labels) {
    const Place& place = group.place;
    std::vector<Cell> cells = {labels.of(group)};
    switch (by) {
        case GroupBy::lineno:
            cells.insert(cells.end(), {place.file, int64_t{place.line}, place.function, place.module});
            break;
        case GroupBy::filename:
            cells.insert(cells.end(), {place.file, place.module});
            break;
        case GroupBy::function:
            cells.insert(cells.end(), {place.function, place.file, place.module});
            break;
        case GroupBy::module:
            cells.emplace_back(place.module);
            break;
        case GroupBy::traceback:
            cells[0] = labels.of(group) + labels.traceback_text(heap, group);
            cells.emplace_back(traceback_of(heap, group.example));
            break;
        case GroupBy::type:
            cells.emplace_back(group.evidence);
            break;
        case GroupBy::thread:
        case GroupBy::domain:
            break;
    }
    return cells;
}

void append_average(std::vector<Cell>& row, const Total& total) {
    if (total.blocks == 0) {
        row.emplace_back();
    } else {
        row.emplace_back(static_cast<double>(total.bytes) / static_cast<double>(total.blocks));
    }
}

}  // namespace heapkit::analyze
