// SPDX-License-Identifier: MIT
//
// PathKeys: the number of the owner's way, with what the last step adds.
//
// Side: heap, floor 7 (analyze).
#include "analyze/path_keys.h"

#include <string>
#include <string_view>

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;

uint64_t mixed(uint64_t a, uint64_t b) {
    const uint64_t hash = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xbf58476d1ce4e5b9;
    return hash ^ hash >> 31;
}

// FNV-1a; without what stands in brackets: "[42].title" reads as "[1].title".
uint64_t hash_of(std::string_view text, bool skips_indices = false) {
    uint64_t hash = 0xcbf29ce484222325;
    bool is_inside = false;
    for (const char c : text) {
        if (c == ']') is_inside = false;
        if (!is_inside) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        if (c == '[' && skips_indices) is_inside = true;
    }
    return hash;
}

}  // namespace

PathKeys::PathKeys(const refs::References& references, const VertexText& text)
    : references_(references), text_(text), known_(references.graph().node_count()) {}

uint64_t PathKeys::of(uint32_t vertex) const {
    const auto& edge_to = references_.paths().edge_to;
    way_.assign(1, vertex);
    while (known_[way_.back()] == 0 && edge_to[way_.back()] != graph::no_edge)
        way_.push_back(graph::source_of(references_.graph(), edge_to[way_.back()]));
    for (; !way_.empty(); way_.pop_back())
        if (known_[way_.back()] == 0) known_[way_.back()] = work_out(way_.back()) | 1;
    return known_[vertex];
}

uint64_t PathKeys::work_out(uint32_t vertex) const {
    const uint32_t edge = references_.paths().edge_to[vertex];
    if (edge == graph::no_edge) return mixed(1, kind(vertex));
    const uint32_t above = graph::source_of(references_.graph(), edge);
    if (text_.kind_key(VertexId(above)) == text_.kind_key(VertexId(vertex))) return known_[above];
    return mixed(mixed(known_[above], field(edge)), kind(vertex));
}

// Of a root without a name only what kind it is: frames of a stack move.
uint64_t PathKeys::kind(uint32_t vertex) const {
    const auto [entry, is_new] = kinds_.try_emplace(text_.kind_key(VertexId(vertex)));
    if (!is_new) return entry->second;
    const Vertices& vertices = references_.vertices();
    const VertexId id(vertex);
    const bool is_root = vertices.kind(id) == Vertices::Kind::root;
    if (is_root && vertices.root(id).is_python()) return entry->second = hash_of(references_.root_name(id));
    const bool is_unnamed = is_root && !vertices.root(id).variable;
    const std::string root(is_unnamed ? references_.root_kind(id) : "");
    // A variable of a function is the same in whichever thread it runs.
    if (const refs::VariableRef variable = is_root ? vertices.root(id).variable : refs::VariableRef();
        variable.of_thread != nullptr) {
        const auto name = references_.variables().name(variable);
        return entry->second = hash_of(name.own + name.scope);
    }
    const bool moves = is_unnamed && root != "global" && root != "declared";
    return entry->second = moves ? hash_of(root) : hash_of(text_.full_name(id));
}

uint64_t PathKeys::field(uint32_t edge) const {
    const refs::Reference reference = references_.reference(edge);
    if (reference.is_conservative) return 2;
    const auto [entry, is_new] = fields_.try_emplace(reference.field_key);
    if (is_new) entry->second = hash_of(references_.label(edge), true);
    return entry->second;
}

}  // namespace heapkit::analyze
