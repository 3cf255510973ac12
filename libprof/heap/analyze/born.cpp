// SPDX-License-Identifier: MIT
//
// born(): one merge of two address columns, then the same grouping as everywhere.
//
// Side: heap, floor 7 (analyze).
#include "analyze/born.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <tuple>

#include "analyze/sites.h"
#include "analyze/traceback_keys.h"

namespace heapkit::analyze {
namespace {

// Rows of (number, total) that have blocks, largest first.
std::vector<size_t> largest_first(const std::vector<Total>& totals) {
    std::vector<size_t> order(totals.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::erase_if(order, [&](size_t number) { return totals[number].blocks == 0; });
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return std::tuple(totals[a].bytes, totals[a].blocks) > std::tuple(totals[b].bytes, totals[b].blocks);
    });
    return order;
}

std::vector<Column> figure_columns() {
    return {{.name = "count", .key = "count", .unit = Unit::count},
            {.name = "size", .key = "size", .unit = Unit::bytes},
            {.name = "average", .key = "average", .unit = Unit::bytes}};
}

void append_figures(std::vector<Cell>& row, const Total& total, bool size_first) {
    row.emplace_back(size_first ? total.bytes : total.blocks);
    row.emplace_back(size_first ? total.blocks : total.bytes);
    append_average(row, total);
}

Table table_by_type(const Heap& heap, const std::vector<Total>& totals, const RowOptions& rows) {
    Table table{.title = "New blocks by type", .key = "new_by_type", .layout = Table::Layout::columns};
    table.columns = figure_columns();
    table.columns.insert(table.columns.begin(), {.name = "type", .key = "name"});
    table.empty = "No block was born in between.";
    const std::vector<size_t> order = largest_first(totals);
    const size_t count = row_count(order.size(), rows);
    table.rows_left_out = order.size() - count;
    for (size_t index = 0; index < count; ++index) {
        auto& row = table.rows.emplace_back();
        row.emplace_back(heap.types().type(types::TypeId(order[index])).name);
        append_figures(row, totals[order[index]], false);
    }
    return table;
}

// Stacks that read the same become one: their totals are added to the first.
void merge_equal_stacks(const Heap& heap, std::vector<Total>& totals) {
    const TracebackKeys keys(heap);
    std::vector<std::pair<std::string, size_t>> found;
    for (size_t stack = 0; stack < totals.size(); ++stack) {
        if (totals[stack].blocks > 0) found.emplace_back(keys.of(StackId(stack)), stack);
    }
    std::sort(found.begin(), found.end());
    for (size_t index = 1; index < found.size(); ++index) {
        if (found[index].first != found[index - 1].first) continue;
        const size_t stack = found[index].second;
        found[index].second = found[index - 1].second;
        totals[found[index].second] += totals[stack];
        totals[stack] = {};
    }
}

Table table_by_traceback(const Heap& heap, std::vector<Total> totals, const RowOptions& rows) {
    merge_equal_stacks(heap, totals);
    constexpr GroupBy by = GroupBy::traceback;
    Table table{.title = "New blocks by traceback", .key = "new_by_traceback", .layout = Table::Layout::statistics};
    table.columns = naming_columns(by);
    auto figures = figure_columns();
    std::swap(figures[0], figures[1]);  // size first, as tracemalloc says it
    table.columns.insert(table.columns.end(), figures.begin(), figures.end());
    const std::vector<size_t> order = largest_first(totals);
    const size_t count = row_count(order.size(), rows);
    table.rows_left_out = order.size() - count;

    const Sites sites(heap, {.raw_frames = rows.raw_frames});
    std::vector<Group> groups(count);
    for (size_t index = 0; index < count; ++index) {
        const StackId stack(order[index]);
        groups[index].example = stack;
        groups[index].site = sites.of(stack);
        if (!groups[index].site) continue;
        groups[index].place = place_of(heap, *groups[index].site);
        groups[index].short_name = short_name(heap, *groups[index].site);
    }
    Labels labels({.by = by, .full_paths = rows.full_paths, .raw_frames = rows.raw_frames});
    labels.know(groups);
    for (size_t index = 0; index < count; ++index) {
        auto& row = table.rows.emplace_back(naming_cells(heap, groups[index], by, labels));
        append_figures(row, totals[order[index]], true);
    }
    return table;
}

}  // namespace

std::vector<bool> born_between(const read::Blocks& older, const read::Blocks& newer) {
    std::vector<bool> is_new(newer.count());
    size_t old_index = 0;
    for (size_t index = 0; index < newer.count(); ++index) {
        const uint64_t address = newer.address[index];
        while (old_index < older.count() && older.address[old_index] < address) ++old_index;
        const bool has_survived = old_index < older.count() && older.address[old_index] == address &&
                                  older.birth[old_index] == newer.birth[index];
        is_new[index] = !has_survived;
    }
    return is_new;
}

Result<Born> born(const BornOptions& options) {
    const Heap& heap = *options.newer;
    if (options.older->snapshot().process().run_id != heap.snapshot().process().run_id) {
        return Error{"the two snapshots are of different runs; which blocks are new can be told within one run only",
                     "Leave --new out: types and lines can be compared across runs."};
    }
    const Selection selection(heap, options.filter);
    const read::Blocks& blocks = heap.blocks();
    const std::vector<bool> is_new = born_between(options.older->blocks(), blocks);
    std::vector<Total> by_type(heap.types().count()), by_stack(heap.snapshot().stacks().size());
    Born result;
    for (size_t index = 0; index < blocks.count(); ++index) {
        const BlockId block(index);
        if (!is_new[index] || !selection.keeps(block)) continue;
        const Total one = counted(blocks, block);
        by_type[heap.types().of(block).index()] += one;
        by_stack[blocks.stack[index]] += one;
        result.total += one;
    }
    result.by_type = table_by_type(heap, by_type, options.rows);
    result.by_traceback = table_by_traceback(heap, std::move(by_stack), options.traceback_rows);
    return result;
}

}  // namespace heapkit::analyze
