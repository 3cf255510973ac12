// SPDX-License-Identifier: MIT
//
// retained_by(): vertices get a group each, groups get three sums each.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/retained.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

#include "analyze/owner_names.h"
#include "types/sites.h"

namespace heapkit::analyze {
namespace {

using graph::Tier;
using refs::VertexId;

// Which group each vertex is in, and one vertex that stands for each.
struct Groups {
    std::vector<uint32_t> of;
    std::vector<uint32_t> example;
};

template <typename KeyOf>
Groups grouped(const Ownership& ownership, KeyOf key_of) {
    Groups groups;
    groups.of.assign(ownership.dominators().of.size(), Ownership::no_group);
    std::unordered_map<uint64_t, uint32_t> known;
    for (const uint32_t vertex : ownership.dominators().order) {
        const std::optional<uint64_t> key = key_of(vertex);
        if (!key) continue;
        const auto [entry, is_new] = known.try_emplace(*key, static_cast<uint32_t>(groups.example.size()));
        if (is_new) groups.example.push_back(vertex);
        groups.of[vertex] = entry->second;
    }
    return groups;
}

Groups groups_of(const Heap& heap, const Ownership& ownership, const VertexText& text, RetainedBy by) {
    if (by == RetainedBy::root)
        return grouped(ownership, [&](uint32_t vertex) {
            return ownership.is_root(vertex) ? std::optional(text.kind_key(VertexId(vertex))) : std::nullopt;
        });
    if (by == RetainedBy::type)
        return grouped(ownership, [&](uint32_t vertex) {
            return ownership.is_root(vertex) ? std::nullopt : std::optional(text.kind_key(VertexId(vertex)));
        });
    const types::Sites sites(heap.snapshot(), heap.frames());
    return grouped(ownership, [&](uint32_t vertex) -> std::optional<uint64_t> {
        if (ownership.is_root(vertex)) return std::nullopt;
        const auto site = sites.site_of(heap.blocks().stack_of(ownership.first_block(vertex)));
        return site ? site->value : UINT64_MAX;
    });
}

std::vector<std::vector<uint32_t>> members_of(const Groups& groups, std::span<const uint32_t> shown) {
    std::vector<uint32_t> row_of(groups.example.size(), Ownership::no_group);
    for (uint32_t row = 0; row < shown.size(); ++row) row_of[shown[row]] = row;
    std::vector<std::vector<uint32_t>> members(shown.size());
    for (uint32_t vertex = 0; vertex < groups.of.size(); ++vertex)
        if (const uint32_t group = groups.of[vertex]; group != Ownership::no_group)
            if (row_of[group] != Ownership::no_group) members[row_of[group]].push_back(vertex);
    return members;
}

double share_of(const Heap& heap, int64_t bytes) {
    const auto all = static_cast<double>(heap.snapshot().process().live_bytes);
    return all == 0 ? 0 : 100 * static_cast<double>(bytes) / all;
}

std::vector<Column> size_columns() {
    return {{.name = "self", .key = "self", .unit = Unit::bytes},
            {.name = "retained", .key = "retained", .unit = Unit::bytes},
            {.name = "", .key = "share", .unit = Unit::percent},
            {.name = "reachable", .key = "reachable", .unit = Unit::bytes},
            {.name = "blocks", .key = "retained_blocks", .unit = Unit::count}};
}

void append_sizes(std::vector<Cell>& row, const Heap& heap, int64_t self, const Total& retained, int64_t reachable) {
    const std::array<Cell, 5> cells = {self, retained.bytes, share_of(heap, retained.bytes), reachable,
                                       retained.blocks};
    row.insert(row.end(), cells.begin(), cells.end());
}

std::string name_of(const Heap& heap, const Ownership& ownership, const VertexText& text, RetainedBy by,
                    uint32_t example) {
    if (by != RetainedBy::site) return text.name(VertexId(example));
    const types::Sites sites(heap.snapshot(), heap.frames());
    const auto site = sites.site_of(heap.blocks().stack_of(ownership.first_block(example)));
    return site ? bare_name(sites.text_of(*site)) : "unknown";
}

// What hangs below no root, although roots own it.
Total shared_by_roots(const Ownership& ownership) {
    Total total;
    for (const uint32_t vertex : ownership.tree().top())
        if (!ownership.is_root(vertex) && ownership.tier(vertex) == Tier::owned) total += ownership.retained(vertex);
    return total;
}

Table table_by(RetainedBy by) {
    static constexpr std::array titles = {"Biggest owners, by type", "Biggest owners, by site", "Biggest owners"};
    static constexpr std::array keys = {"retained_by_type", "retained_by_site", "retained_by_root"};
    const auto which = static_cast<size_t>(by);
    // A root has no size of its own.
    std::vector<Column> sizes = size_columns();
    sizes.front().is_for_json = by == RetainedBy::root;
    Table table{.title = titles[which], .key = keys[which]};
    table.columns = {{.name = "", .key = "name"}};
    if (by == RetainedBy::root) table.columns.push_back({.name = "", .key = "kind"});
    if (by != RetainedBy::root) table.columns.push_back({.name = "objects", .key = "count", .unit = Unit::count});
    for (Column& column : sizes) table.columns.push_back(std::move(column));
    table.empty = "Nothing is owned.";
    return table;
}

}  // namespace

std::optional<RetainedBy> parse_retained_by(std::string_view text) noexcept {
    if (text == "type") return RetainedBy::type;
    if (text == "site") return RetainedBy::site;
    if (text == "root") return RetainedBy::root;
    return std::nullopt;
}

Table held_totals(const Ownership& ownership) {
    Table table{.title = "Held", .key = "held"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "blocks", .key = "count", .unit = Unit::count}};
    const auto add = [&](const char* name, Tier tier) {
        const Total total = ownership.of_tier(tier);
        table.rows.push_back({name, total.bytes, total.blocks});
    };
    add("owned by roots", Tier::owned);
    add("only looked at, by pointers that do not own", Tier::looked_at);
    add("unreachable (heapkit leaks)", Tier::unreached);
    return table;
}

Table biggest_objects(const Heap& heap, const Ownership& ownership, const RetainedOptions& options) {
    std::vector<uint32_t> top;
    for (const uint32_t vertex : ownership.tree().top()) {
        if (!ownership.is_root(vertex)) top.push_back(vertex);
        for (const uint32_t child : ownership.tree().of(vertex))
            if (ownership.is_root(vertex)) top.push_back(child);
    }
    const size_t count = options.limit == 0 ? top.size() : std::min(options.limit, top.size());
    std::partial_sort(top.begin(), top.begin() + static_cast<std::ptrdiff_t>(count), top.end(),
                      [&](uint32_t a, uint32_t b) {
                          const int64_t of_a = ownership.retained(a).bytes, of_b = ownership.retained(b).bytes;
                          return of_a != of_b ? of_a > of_b : a < b;
                      });
    Table table{.title = "Biggest objects", .key = "biggest_objects", .rows_left_out = top.size() - count};
    top.resize(count);
    table.columns = size_columns();
    table.columns.insert(table.columns.begin(), {{.name = "", .key = "name"},
                                                 {.name = "address", .key = "address", .unit = Unit::address},
                                                 {.name = "held by", .key = "holder", .is_for_json = true}});
    table.empty = "There are no objects.";

    const VertexText text(heap, ownership.references());
    const OwnerNames names(heap, ownership.references(), text);
    std::vector<std::vector<uint32_t>> sets;
    for (const uint32_t vertex : top) sets.push_back({vertex});
    const std::vector<int64_t> reachable = ownership.reachable_bytes(sets);
    for (size_t row = 0; row < count; ++row) {
        const VertexId vertex(top[row]);
        const uint32_t edge = ownership.references().paths().edge_to[vertex.index()];
        auto& cells = table.rows.emplace_back();
        const bool is_container = ownership.references().vertices().kind(vertex) == refs::Vertices::Kind::container;
        cells = {is_container ? names.of(vertex) : text.name(vertex), static_cast<int64_t>(text.address(vertex)),
                 edge == graph::no_edge ? "" : text.reference(edge)};
        append_sizes(cells, heap, ownership.self(top[row]).bytes, ownership.retained(top[row]), reachable[row]);
    }
    return table;
}

Table retained_by(const Heap& heap, const Ownership& ownership, RetainedBy by, const RetainedOptions& options) {
    const VertexText text(heap, ownership.references());
    const Groups groups = groups_of(heap, ownership, text, by);
    const size_t all = groups.example.size();
    const std::vector<Total> retained = ownership.retained_by(groups.of, all);
    std::vector<int64_t> self(all), objects(all);
    for (uint32_t vertex = 0; vertex < groups.of.size(); ++vertex) {
        if (groups.of[vertex] == Ownership::no_group) continue;
        self[groups.of[vertex]] += ownership.self(vertex).bytes;
        ++objects[groups.of[vertex]];
    }
    std::vector<uint32_t> order(all);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return retained[a].bytes > retained[b].bytes; });
    std::erase_if(order, [&](uint32_t group) { return retained[group].bytes == 0; });

    Table table = table_by(by);
    const size_t count = options.limit == 0 ? order.size() : std::min(options.limit, order.size());
    table.rows_left_out = order.size() - count;
    order.resize(count);
    const std::vector<int64_t> reachable = ownership.reachable_bytes(members_of(groups, order));
    for (size_t row = 0; row < count; ++row) {
        const uint32_t group = order[row], example = groups.example[group];
        auto& cells = table.rows.emplace_back();
        cells.emplace_back(name_of(heap, ownership, text, by, example));
        if (by == RetainedBy::root) cells.emplace_back(text.facts(VertexId(example)));
        if (by != RetainedBy::root) cells.emplace_back(objects[group]);
        append_sizes(cells, heap, self[group], retained[group], reachable[row]);
    }
    if (const Total shared = shared_by_roots(ownership); by == RetainedBy::root && shared.blocks > 0) {
        auto& cells = table.rows.emplace_back();
        cells = {"shared by several roots", ""};
        append_sizes(cells, heap, 0, shared, shared.bytes);
    }
    return table;
}

}  // namespace heapkit::analyze
