// SPDX-License-Identifier: MIT
//
// what_if_freed(): what is reached before, without going through what is freed, stays.
//
// Side: heap, floor 7 (analyze).
#include "analyze/freed.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "analyze/choose.h"
#include "analyze/owner_names.h"
#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;

// What owning references reach from some vertices, where `may_enter` lets them.
template <typename MayEnter>
std::vector<uint8_t> reached_from(const graph::Graph& graph, std::span<const uint32_t> from, MayEnter may_enter) {
    std::vector<uint8_t> reached(graph.node_count());
    std::vector<uint32_t> work;
    const auto enter = [&](uint32_t vertex) {
        if (reached[vertex] != 0 || !may_enter(vertex)) return;
        reached[vertex] = 1;
        work.push_back(vertex);
    };
    for (const uint32_t vertex : from) enter(vertex);
    while (!work.empty()) {
        const uint32_t vertex = work.back();
        work.pop_back();
        for (const graph::Edge edge : graph.out(vertex))
            if (edge.is_strong()) enter(edge.to());
    }
    return reached;
}

struct OfKind {
    uint32_t example = 0;
    Total total;
};

template <typename Counts>
std::vector<OfKind> kinds_of(const Ownership& ownership, const VertexText& text, Counts counts) {
    std::unordered_map<uint64_t, OfKind> found;
    for (const uint32_t vertex : ownership.dominators().order) {
        if (!counts(vertex) || ownership.is_root(vertex)) continue;
        OfKind& kind = found[text.kind_key(VertexId(vertex))];
        if (kind.total.blocks == 0) kind.example = vertex;
        kind.total += ownership.self(vertex);
    }
    std::vector<OfKind> kinds;
    for (const auto& each : found) kinds.push_back(each.second);
    std::sort(kinds.begin(), kinds.end(), [](const OfKind& a, const OfKind& b) {
        return a.total.bytes != b.total.bytes ? a.total.bytes > b.total.bytes : a.example < b.example;
    });
    return kinds;
}

Table table_of(const std::vector<OfKind>& kinds, const VertexText& text, size_t limit) {
    Table table;
    table.columns = {{.name = "", .key = "name"},
                     {.name = "blocks", .key = "count", .unit = Unit::count},
                     {.name = "size", .key = "size", .unit = Unit::bytes}};
    const size_t count = limit == 0 ? kinds.size() : std::min(limit, kinds.size());
    table.rows_left_out = kinds.size() - count;
    for (size_t row = 0; row < count; ++row)
        table.rows.push_back(
            {text.name(VertexId(kinds[row].example)), kinds[row].total.blocks, kinds[row].total.bytes});
    return table;
}

// Those at an address where no object begins as well, or that are called so: "DocumentCache::docs_".
std::vector<uint32_t> named_containers(const Heap& heap, const refs::References& references, const std::string& what) {
    const VertexText text(heap, references);
    const OwnerNames names(heap, references, text);
    const std::vector<types::Container>& all = heap.types().containers().all;
    const uint64_t address = std::strtoull(what.c_str(), nullptr, 16);
    const bool is_member = what.find("::") != std::string::npos;
    std::vector<uint32_t> found;
    for (size_t index = 0; index < all.size(); ++index) {
        const VertexId vertex(heap.blocks().count() + index);
        if (!references.vertices().exists(vertex)) continue;
        const bool begins_object = !all[index].place.is_root && all[index].place.offset_bytes == 0;
        const bool is_there = what.starts_with("0x") && !begins_object && text.address(vertex) == address;
        if (is_there || (is_member && names.of(vertex) == what)) found.push_back(vertex.value);
    }
    return found;
}

class Question {
   public:
    Question(const Heap& heap, const Ownership& ownership, const Named& freed)
        : ownership_(ownership),
          references_(ownership.references()),
          text_(heap, references_),
          freed_(freed),
          goes_(would_go(ownership, freed.vertices)),
          leads_to_(reached_from(references_.graph(), freed.vertices, [](uint32_t) { return true; })) {}

    Freed answer(size_t limit) const {
        Freed freed;
        for (const uint32_t vertex : freed_.vertices) freed.self += ownership_.self(vertex);
        const std::vector<OfKind> gone = kinds_of(ownership_, text_, [&](uint32_t v) { return goes_[v] != 0; });
        const std::vector<OfKind> stays = kinds_of(ownership_, text_, [&](uint32_t v) { return stays_here(v); });
        for (const OfKind& kind : gone) freed.gone += kind.total;
        for (const OfKind& kind : stays) freed.stays += kind.total;
        freed.goes_by_type = table_of(gone, text_, limit);
        freed.goes_by_type.title = "Would go";
        freed.goes_by_type.key = "goes";
        freed.goes_by_type.empty = "Nothing would go.";
        freed.stays_by_type = table_of(stays, text_, limit);
        freed.stays_by_type.title = "Would stay";
        freed.stays_by_type.key = "stays";
        freed.stays_by_type.empty = "Nothing that it leads to is owned by others too.";
        freed.stays_by_type.columns.push_back({.name = "owned by, too", .key = "owner"});
        for (size_t row = 0; row < freed.stays_by_type.rows.size(); ++row)
            freed.stays_by_type.rows[row].emplace_back(other_owner(stays[row].example));
        freed.facts = facts(freed);
        return freed;
    }

   private:
    bool stays_here(uint32_t vertex) const { return leads_to_[vertex] != 0 && goes_[vertex] == 0; }

    // One that stays itself.
    std::string other_owner(uint32_t vertex) const {
        for (const uint32_t edge : references_.reverse().in(vertex)) {
            const uint32_t from = graph::source_of(references_.graph(), edge);
            if (references_.graph().edges[edge].is_strong() && goes_[from] == 0) return text_.reference(edge);
        }
        return "";
    }

    Table facts(const Freed& freed) const {
        const auto size = [](const Total& total) {
            return fmt::format("{} in {} {}", size_to_text(total.bytes), count_to_text(total.blocks),
                               total.blocks == 1 ? "block" : "blocks");
        };
        Table table{.title = fmt::format("If {} went", freed_.text), .key = "freed", .layout = Table::Layout::facts};
        table.columns = {{.name = "", .key = "what"},
                         {.name = "", .key = "is"},
                         {.name = "", .key = "size", .unit = Unit::bytes, .is_for_json = true},
                         {.name = "", .key = "count", .unit = Unit::count, .is_for_json = true}};
        const auto add = [&](const char* what, const Total& total) {
            table.rows.push_back({what, size(total), total.bytes, total.blocks});
        };
        add("itself", freed.self);
        add("would go with it",
            {.bytes = freed.gone.bytes - freed.self.bytes, .blocks = freed.gone.blocks - freed.self.blocks});
        add("would go in all", freed.gone);
        add("would stay, owned by others too", freed.stays);
        return table;
    }

    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText text_;
    const Named& freed_;
    const std::vector<uint8_t> goes_, leads_to_;
};

}  // namespace

Result<Named> named_vertices(const Heap& heap, const refs::References& references, const std::string& what) {
    const refs::Vertices& vertices = references.vertices();
    for (size_t root = vertices.first_root(); root < vertices.count(); ++root)
        if (references.root_name(VertexId(root)) == what) return Named{{static_cast<uint32_t>(root)}, what};
    if (auto found = named_containers(heap, references, what); !found.empty()) return Named{std::move(found), what};
    const bool is_address = what.starts_with("0x") || what.starts_with("0X");
    const auto chosen = choose(heap, is_address ? Choice{.addresses = {what}} : Choice{.type = what});
    if (!chosen) return chosen.error();
    Named named{{}, chosen->text};
    for (const BlockId block : chosen->blocks) named.vertices.push_back(vertices.of_block(block).value);
    std::sort(named.vertices.begin(), named.vertices.end());
    named.vertices.erase(std::unique(named.vertices.begin(), named.vertices.end()), named.vertices.end());
    return named;
}

Result<Freed> what_if_freed(const Heap& heap, const Ownership& ownership, const FreedOptions& options) {
    const auto named = named_vertices(heap, ownership.references(), options.what);
    if (!named) return named.error();
    return Question(heap, ownership, *named).answer(options.limit);
}

// Tier after tier as for the dominators: what is lost has no say in what stays.
std::vector<uint8_t> would_go(const Ownership& ownership, std::span<const uint32_t> freed) {
    const graph::Graph& graph = ownership.references().graph();
    std::vector<uint8_t> goes = reached_from(graph, freed, [](uint32_t) { return true; });
    std::vector<uint8_t> is_freed(graph.node_count());
    for (const uint32_t vertex : freed) is_freed[vertex] = 1;
    for (size_t tier = 0; tier < graph::tier_count; ++tier) {
        const std::vector<uint8_t> stays = reached_from(graph, ownership.entries()[tier], [&](uint32_t vertex) {
            return is_freed[vertex] == 0 && ownership.tier(vertex) == static_cast<graph::Tier>(tier);
        });
        for (size_t vertex = 0; vertex < goes.size(); ++vertex)
            if (stays[vertex] != 0) goes[vertex] = 0;
    }
    return goes;
}

Total would_go_in_all(const Ownership& ownership, std::span<const uint32_t> freed) {
    const std::vector<uint8_t> goes = would_go(ownership, freed);
    Total total;
    for (uint32_t vertex = 0; vertex < goes.size(); ++vertex)
        if (goes[vertex] != 0) total += ownership.self(vertex);
    return total;
}

}  // namespace heapkit::analyze
