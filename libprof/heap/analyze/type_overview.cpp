// SPDX-License-Identifier: MIT
//
// type_overview(): groups by type of each heap, joined by name.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/type_overview.h"

#include <string_view>
#include <unordered_map>

#include "analyze/groups.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;

using RowOfName = std::unordered_map<std::string_view, uint32_t>;

// Of each row what its objects keep alive. An object that is nothing but a container, and a container's storage, count
// for the type of the first block of it.
std::vector<Total> retained_of(const Heap& heap, const Ownership& ownership, const RowOfName& rows) {
    std::vector<uint32_t> row_of_type(heap.types().count(), Ownership::no_group);
    for (size_t type = 0; type < row_of_type.size(); ++type) {
        const auto row = rows.find(heap.types().type(types::TypeId(type)).name);
        if (row != rows.end()) row_of_type[type] = row->second;
    }
    const Vertices& vertices = ownership.references().vertices();
    std::vector<uint32_t> row_of(vertices.count(), Ownership::no_group);
    for (uint32_t vertex = 0; vertex < vertices.first_root(); ++vertex) {
        if (!vertices.exists(VertexId(vertex))) continue;
        const bool is_block = vertices.kind(VertexId(vertex)) == Vertices::Kind::block;
        const BlockId block = is_block ? BlockId(vertex) : ownership.first_block(vertex);
        if (block.index() < heap.blocks().count()) row_of[vertex] = row_of_type[heap.types().of(block).index()];
    }
    return ownership.retained_by(row_of, rows.size());
}

// Totals of each row in each heap, oldest first.
Result<std::vector<std::vector<Total>>> history_of(std::span<const Heap* const> heaps, const std::vector<Group>& last,
                                                   const RowOfName& rows) {
    std::vector<std::vector<Total>> history(last.size(), std::vector<Total>(heaps.size()));
    for (size_t row = 0; row < last.size(); ++row) history[row].back() = last[row].total;
    for (size_t heap = 0; heap + 1 < heaps.size(); ++heap) {
        const auto groups = groups_of(*heaps[heap], {.by = GroupBy::type}, {});
        if (!groups) return groups.error();
        for (const Group& group : *groups)
            if (const auto row = rows.find(group.key); row != rows.end()) history[row->second][heap] = group.total;
    }
    return history;
}

std::vector<Column> columns_of(bool has_retained, bool has_history) {
    std::vector<Column> columns = {{.name = "type", .key = "name"},
                                   {.name = "count", .key = "count", .unit = Unit::count},
                                   {.name = "size", .key = "size", .unit = Unit::bytes},
                                   {.name = "average", .key = "average", .unit = Unit::bytes},
                                   {.name = "known by", .key = "evidence"}};
    if (has_retained) columns.push_back({.name = "retained", .key = "retained", .unit = Unit::bytes});
    if (!has_history) return columns;
    columns.push_back({.name = "", .key = "count_diff", .unit = Unit::count, .is_delta = true});
    columns.push_back({.name = "", .key = "size_diff", .unit = Unit::bytes, .is_delta = true});
    columns.push_back({.name = "trend", .key = "counts"});
    columns.push_back({.name = "", .key = "sizes", .is_for_json = true});
    return columns;
}

void append_history(std::vector<Cell>& cells, const std::vector<Total>& history) {
    Trend counts, sizes;
    for (const Total& total : history) {
        counts.push_back(total.blocks);
        sizes.push_back(total.bytes);
    }
    cells.emplace_back(counts.back() - counts.front());
    cells.emplace_back(sizes.back() - sizes.front());
    cells.emplace_back(std::move(counts));
    cells.emplace_back(std::move(sizes));
}

}  // namespace

Result<Table> type_overview(std::span<const Heap* const> heaps, const Ownership* ownership) {
    type_together(heaps);
    const Heap& last = *heaps.back();
    auto groups = groups_of(last, {.by = GroupBy::type}, {});
    if (!groups) return groups.error();
    sort_by_count(*groups);
    RowOfName rows;
    for (const Group& group : *groups) rows.emplace(group.key, static_cast<uint32_t>(rows.size()));
    const bool has_history = heaps.size() > 1;
    const auto history = history_of(heaps, *groups, rows);
    if (!history) return history.error();
    std::vector<Total> retained;
    if (ownership != nullptr) retained = retained_of(last, *ownership, rows);

    Table table{.title = "Type", .key = "types", .layout = Table::Layout::columns};
    table.columns = columns_of(ownership != nullptr, has_history);
    table.empty = "No blocks.";
    for (size_t row = 0; row < groups->size(); ++row) {
        const Group& group = (*groups)[row];
        const double average = static_cast<double>(group.total.bytes) / static_cast<double>(group.total.blocks);
        auto& cells = table.rows.emplace_back();
        cells = {group.place.function, group.total.blocks, group.total.bytes, average, group.evidence};
        if (ownership != nullptr) cells.emplace_back(retained[row].bytes);
        if (has_history) append_history(cells, (*history)[row]);
    }
    return table;
}

}  // namespace heapkit::analyze
