// SPDX-License-Identifier: MIT
//
// Tables of leaks.
//
// Side: heap, floor 7 (analyze). Their JSON keys are promised in docs/json.md.
#include "analyze/leak_tables.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/units.h"
#include "graph/graph.h"

namespace heapkit::analyze {
namespace {

constexpr std::array kinds_worst_first = {LeakKind::definite, LeakKind::indirect, LeakKind::possible,
                                          LeakKind::reachable, LeakKind::suppressed};

std::string title_of(const LeakOptions& options) {
    if (options.only_new) return "New leaks";
    return options.only_increased ? "Increased leaks" : "Leaks";
}

bool has_cycles(const std::vector<LeakRow>& rows) {
    return std::any_of(rows.begin(), rows.end(), [](const LeakRow& row) { return row.group->sum.cycles > 0; });
}

bool has_types(const std::vector<LeakRow>& rows) {
    return std::any_of(rows.begin(), rows.end(), [](const LeakRow& row) { return row.group->types > 0; });
}

// What text has no use for in these rows is for programs alone.
std::vector<Column> group_columns(const LeakOptions& options, const std::vector<LeakRow>& rows) {
    std::vector<Column> columns = naming_columns(options.by_traceback ? GroupBy::traceback : GroupBy::lineno);
    columns.push_back({.name = "kind", .key = "kind"});
    columns.push_back({.name = "count", .key = "count", .unit = Unit::count});
    if (options.shows_differences())
        columns.push_back({.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true});
    columns.push_back({.name = "size", .key = "size", .unit = Unit::bytes});
    if (options.shows_differences())
        columns.push_back({.name = "Δ", .key = "size_diff", .unit = Unit::bytes, .is_delta = true});
    columns.push_back({.name = "held by them", .key = "indirect_size", .unit = Unit::bytes});
    columns.push_back({.name = "blocks", .key = "indirect_count", .unit = Unit::count, .is_for_json = true});
    columns.push_back({.name = "cycles", .key = "cycles", .unit = Unit::count, .is_for_json = !has_cycles(rows)});
    if (options.finds_types) {
        columns.push_back({.name = "type", .key = "type_text", .is_for_json = !has_types(rows)});
        columns.push_back({.name = "whole type", .key = "type", .is_for_json = true});
        columns.push_back({.name = "types", .key = "types", .unit = Unit::count, .is_for_json = true});
    }
    if (options.finds_holders) {
        columns.push_back({.name = "holder", .key = "holder_text"});
        columns.push_back({.name = "field", .key = "holder", .is_for_json = true});
        columns.push_back({.name = "holders", .key = "holders", .unit = Unit::count, .is_for_json = true});
    }
    if (options.kinds.reachable) {
        columns.push_back({.name = "held from", .key = "root_text"});
        columns.push_back({.name = "root", .key = "root", .is_for_json = true});
        columns.push_back({.name = "roots", .key = "roots", .unit = Unit::count, .is_for_json = true});
    }
    return columns;
}

// Nothing rather than 0 in a column that most rows have no use for.
Cell unless_zero(int64_t value) { return value == 0 ? Cell() : Cell(value); }

// "EventBus::handlers_, 3 more"
std::string first_of(const std::string& name, int64_t count) {
    return count > 1 ? fmt::format("{}, {} more", name, count_to_text(count - 1)) : name;
}

// The one that stands for most, how many there are, and both in words; nothing in words where there is none.
void append_named(std::vector<Cell>& cells, std::string text, const std::string& name, int64_t count) {
    cells.push_back(count == 0 ? Cell() : Cell(std::move(text)));
    cells.emplace_back(name);
    cells.emplace_back(count);
}

std::vector<Cell> cells_of(const LeakRow& row, const LeakOptions& options, const Labels& labels) {
    const LeakSum& sum = row.group->sum;
    std::vector<Cell> cells = naming_cells(*options.heap, row.group->what,
                                           options.by_traceback ? GroupBy::traceback : GroupBy::lineno, labels);
    cells.emplace_back(std::string(to_text(row.group->kind)));
    cells.emplace_back(sum.direct.blocks);
    if (options.shows_differences()) cells.emplace_back(sum.direct.blocks - row.before.direct.blocks);
    cells.emplace_back(sum.direct.bytes);
    if (options.shows_differences()) cells.emplace_back(sum.direct.bytes - row.before.direct.bytes);
    cells.push_back(unless_zero(sum.indirect.bytes));
    cells.push_back(unless_zero(sum.indirect.blocks));
    cells.push_back(unless_zero(sum.cycles));
    const LeakGroup& group = *row.group;
    if (options.finds_types) append_named(cells, first_of(group.type, group.types), group.full_type, group.types);
    if (options.finds_holders) append_named(cells, first_of(group.holder, group.holders), group.holder, group.holders);
    if (options.kinds.reachable) append_named(cells, first_of(group.root, group.roots), group.root, group.roots);
    return cells;
}

}  // namespace

Table leak_groups_table(const std::vector<LeakRow>& rows, const LeakOptions& options) {
    Table table{.title = title_of(options), .key = "leaks"};
    table.layout = options.by_traceback ? Table::Layout::statistics : Table::Layout::columns;
    table.columns = group_columns(options, rows);
    table.empty = "No leaks of the kinds that were asked for.";
    Labels labels(
        {.by = options.by_traceback ? GroupBy::traceback : GroupBy::lineno, .full_paths = options.rows.full_paths});
    for (const LeakRow& row : rows) labels.know(std::span(&row.group->what, 1));
    const size_t count = row_count(rows.size(), options.rows);
    table.rows_left_out = rows.size() - count;
    for (size_t i = 0; i < count; ++i) table.rows.push_back(cells_of(rows[i], options, labels));
    return table;
}

Table leak_totals_table(const JudgedHeap& now, const JudgedHeap& before, const LeakOptions& options) {
    Table table{.title = options.only_new ? "New blocks" : "All blocks", .key = "totals"};
    table.columns = {{.name = "kind", .key = "kind"}, {.name = "count", .key = "count", .unit = Unit::count}};
    if (options.shows_differences())
        table.columns.push_back({.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true});
    table.columns.push_back({.name = "size", .key = "size", .unit = Unit::bytes});
    if (options.shows_differences())
        table.columns.push_back({.name = "Δ", .key = "size_diff", .unit = Unit::bytes, .is_delta = true});
    for (const LeakKind kind : kinds_worst_first) {
        const Total& total = now.totals[static_cast<size_t>(kind)];
        const Total& old = before.totals[static_cast<size_t>(kind)];
        if (kind == LeakKind::suppressed && options.suppressions.empty()) continue;
        auto& row = table.rows.emplace_back();
        row.emplace_back(std::string(to_text(kind)));
        row.emplace_back(total.blocks);
        if (options.shows_differences()) row.emplace_back(total.blocks - old.blocks);
        row.emplace_back(total.bytes);
        if (options.shows_differences()) row.emplace_back(total.bytes - old.bytes);
    }
    return table;
}

Table suppressions_table(const read::Blocks& blocks, const Verdicts& verdicts, const Counted& counted,
                         const std::vector<Suppression>& suppressions) {
    std::vector<Total> totals(suppressions.size());
    for (size_t block = 0; block < verdicts.suppressed_by.size(); ++block) {
        const uint32_t suppression = verdicts.suppressed_by[block];
        if (suppression == graph::no_node || (!counted.empty() && !counted[block])) continue;
        totals[suppression] += {.bytes = static_cast<int64_t>(blocks.size_bytes(BlockId(block))), .blocks = 1};
    }
    Table table{.title = "Suppressed by", .key = "suppressions"};
    table.columns = {{.name = "pattern", .key = "pattern"},
                     {.name = "line", .key = "line", .unit = Unit::count, .is_for_json = true},
                     {.name = "count", .key = "count", .unit = Unit::count},
                     {.name = "size", .key = "size", .unit = Unit::bytes}};
    for (size_t i = 0; i < suppressions.size(); ++i) {
        if (totals[i].blocks == 0) continue;
        table.rows.push_back(
            {suppressions[i].pattern, int64_t{suppressions[i].line}, totals[i].blocks, totals[i].bytes});
    }
    return table;
}

}  // namespace heapkit::analyze
