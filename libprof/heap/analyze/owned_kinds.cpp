// SPDX-License-Identifier: MIT
//
// VertexSet by kind, and what they are called as children.
//
// Side: heap, floor 7 (analyze).
#include "analyze/owned_kinds.h"

#include <fmt/format.h>
#include <array>
#include <unordered_map>

#include "base/units.h"

namespace heapkit::analyze {

using refs::VertexId;

VertexSet OwnedKinds::below(std::span<const uint32_t> members) const {
    VertexSet children;
    for (const uint32_t member : members) {
        const auto of_member = ownership_.tree().of(member);
        children.insert(children.end(), of_member.begin(), of_member.end());
    }
    return children;
}

std::vector<VertexSet> OwnedKinds::by_kind(std::span<const uint32_t> vertices) const {
    std::unordered_map<uint64_t, size_t> known;
    std::vector<VertexSet> kinds;
    for (const uint32_t vertex : vertices) {
        const auto [entry, is_new] = known.try_emplace(kind_of(vertex), kinds.size());
        if (is_new) kinds.emplace_back();
        kinds[entry->second].push_back(vertex);
    }
    return kinds;
}

int64_t OwnedKinds::retained_bytes(std::span<const uint32_t> members) const {
    int64_t bytes = 0;
    for (const uint32_t vertex : members) bytes += ownership_.retained(vertex).bytes;
    return bytes;
}

// The reference from its dominator, when there is one: it may be held by two things below it instead.
uint32_t OwnedKinds::edge_from_dominator(uint32_t vertex) const {
    const uint32_t edge = references_.paths().edge_to[vertex];
    if (edge == graph::no_edge) return edge;
    return graph::source_of(references_.graph(), edge) == ownership_.dominators().of[vertex] ? edge : graph::no_edge;
}

uint64_t OwnedKinds::kind_of(uint32_t vertex) const {
    const uint64_t kind = text_.kind_key(VertexId(vertex));
    const uint32_t edge = edge_from_dominator(vertex);
    return edge == graph::no_edge ? kind : kind ^ references_.reference(edge).field_key * 0x9e3779b97f4a7c15;
}

std::string OwnedKinds::name_of(std::span<const uint32_t> kind) const {
    const uint32_t first = kind.front();
    std::string name = text_.name(VertexId(first));
    const uint32_t edge = edge_from_dominator(first);
    if (edge != graph::no_edge) {
        const std::string label = kind.size() == 1 ? references_.label(edge) : any_index(edge);
        if (!label.empty()) name = fmt::format("{} {}", label, name);
    }
    if (kind.size() == 1) return name;
    return fmt::format("{} × {}", count_to_text(static_cast<int64_t>(kind.size())), name);
}

// "[].title" of "[42].title"; nothing of "[42]", since the number of objects says as much.
std::string OwnedKinds::any_index(uint32_t edge) const {
    const std::string label = references_.label(edge);
    std::string kept;
    bool is_inside = false;
    for (const char c : label) {
        if (c == '[') is_inside = true;
        if (!is_inside && !(kept.empty() && c == '.')) kept += c;
        if (c == ']') is_inside = false;
    }
    return kept;
}

OwnedTops owned_tops(const Ownership& ownership) {
    static constexpr std::array names = {"shared by several roots", "only looked at, by pointers that do not own",
                                         "unreachable"};
    OwnedTops tops;
    std::array<VertexSet, graph::tier_count> rest;
    for (const uint32_t vertex : ownership.tree().top()) {
        VertexSet& place = ownership.is_root(vertex) ? tops.roots : rest[static_cast<size_t>(ownership.tier(vertex))];
        place.push_back(vertex);
    }
    for (size_t tier = 0; tier < graph::tier_count; ++tier)
        if (!rest[tier].empty()) tops.rest.push_back({names[tier], std::move(rest[tier])});
    return tops;
}

}  // namespace heapkit::analyze
