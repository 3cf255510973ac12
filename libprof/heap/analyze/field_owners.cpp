// SPDX-License-Identifier: MIT
//
// FieldOwners: one number a field and kind of holder.
//
// Side: heap, floor 7 (analyze).
#include "analyze/field_owners.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;

constexpr uint32_t unknown = UINT32_MAX;
constexpr uint32_t deepest = 8;  // containers in containers, as OwnerNames goes

uint64_t mixed(uint64_t a, uint64_t b) { return (a ^ b * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9; }

}  // namespace

FieldOwners::FieldOwners(const Heap& heap, const refs::References& references)
    : references_(references),
      text_(heap, references),
      names_(heap, references, text_),
      holders_(references.graph().node_count(), unknown),
      known_(references.graph().node_count(), unknown),
      examples_(1, 0) {
    const graph::Graph& graph = references.graph();
    const std::vector<uint32_t>& edge_to = references.paths().edge_to;
    for (uint32_t from = 0; from < graph.node_count(); ++from) {
        for (uint32_t edge = graph.begin[from]; edge < graph.begin[from + 1]; ++edge) {
            const uint32_t to = graph.edges[edge].to();
            if (edge_to[to] == edge) holders_[to] = from;
        }
    }
}

uint32_t FieldOwners::of_vertex(uint32_t vertex) const {
    uint32_t& owner = known_[vertex];
    if (owner != unknown) return owner;
    const uint32_t edge = names_.owning_edge(VertexId(vertex));
    const uint32_t found = edge == graph::no_edge ? nobody : owner_through(edge, vertex, 0);
    return known_[vertex] = found;
}

uint32_t FieldOwners::holder_of(uint32_t edge, uint32_t vertex) const {
    return holders_[vertex] != unknown ? holders_[vertex] : graph::source_of(references_.graph(), edge);
}

// "[42]": the whole element of a container, not a field of it.
bool FieldOwners::is_element(uint64_t field_key, uint32_t edge) const {
    const auto [entry, is_new] = is_element_.try_emplace(field_key);
    if (is_new) {
        const std::string label = references_.label(edge);
        entry->second = label.starts_with('[') && label.find(']') + 1 == label.size();
    }
    return entry->second;
}

uint32_t FieldOwners::owner_through(uint32_t edge, uint32_t vertex, uint32_t depth) const {
    const uint32_t holder = holder_of(edge, vertex);
    const uint64_t key = mixed(references_.reference(edge).field_key, text_.kind_key(VertexId(holder)));
    const bool is_in_container = references_.vertices().kind(VertexId(holder)) == Vertices::Kind::container;
    if (!is_in_container || depth == deepest || !is_element(key, edge)) return number_of(key, vertex);
    const uint32_t above = names_.owning_edge(VertexId(holder));
    if (above == graph::no_edge) return number_of(key, vertex);
    uint32_t owner = known_[holder];
    if (owner == unknown) owner = known_[holder] = owner_through(above, holder, depth + 1);
    return number_of(mixed(owner, 0x5b5d), vertex);
}

uint32_t FieldOwners::number_of(uint64_t key, uint32_t vertex) const {
    const auto [entry, is_new] = owner_of_key_.try_emplace(key, static_cast<uint32_t>(examples_.size()));
    if (is_new) examples_.push_back(vertex);
    return entry->second;
}

std::string FieldOwners::name(uint32_t owner) const {
    return owner == nobody ? "nothing that owns it" : names_.of(VertexId(examples_[owner]));
}

}  // namespace heapkit::analyze
