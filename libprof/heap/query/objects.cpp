// SPDX-License-Identifier: MIT
//
// Snapshot: objgraph's questions: types, objects, and who refers to whom.
//
// Side: heap, floor 8 (query).
#include <fmt/format.h>
#include <array>

#include "analyze/choose.h"
#include "analyze/growth.h"
#include "query/state.h"

namespace heapkit {
namespace {

using refs::VertexId;
using refs::Vertices;

template <typename Row>
void keep_first(std::vector<Row>& rows, size_t limit) {
    if (limit != 0 && rows.size() > limit) rows.resize(limit);
}

Description::Kind kind_of(Vertices::Kind kind) noexcept {
    switch (kind) {
        case Vertices::Kind::block:
            return Description::Kind::block;
        case Vertices::Kind::container:
            return Description::Kind::container;
        case Vertices::Kind::root:
            return Description::Kind::root;
    }
    return Description::Kind::block;
}

}  // namespace

Result<const refs::References*> Snapshot::State::references(Object object) const {
    const auto references = heap.references();
    if (!references) return references.error();
    if (object.number >= (*references)->graph().node_count())
        return Error{fmt::format("{} has no object number {}", file, object.number),
                     "Objects belong to the snapshot that gave them."};
    return *references;
}

const analyze::VertexText& Snapshot::State::names(const refs::References& references) const {
    if (!text) text.emplace(heap, references);
    return *text;
}

Result<std::vector<TypeCount>> Snapshot::most_common_types(size_t limit, const Filters& filters) const {
    auto groups = query::groups_of(state_->heap, {.by = By::type, .filters = filters});
    if (!groups) return groups.error();
    analyze::sort_by_count(*groups);
    std::vector<TypeCount> types;
    for (const analyze::Group& group : *groups)
        types.push_back({group.place.function, group.total.blocks, group.total.bytes});
    keep_first(types, limit);
    return types;
}

Result<int64_t> Snapshot::count(const std::string& pattern) const {
    const auto objects = analyze::choose(state_->heap, {.addresses = {}, .type = pattern});
    if (!objects) return objects.error();
    return static_cast<int64_t>(objects->blocks.size());
}

Result<std::vector<TypeGrowth>> Snapshot::growth(const Snapshot& older, size_t limit) const {
    const std::array<const Heap*, 2> heaps = {&older.state_->heap, &state_->heap};
    const auto all = analyze::grown(heaps, {});
    if (!all) return all.error();
    std::vector<TypeGrowth> types;
    for (const analyze::Grown& each : *all)
        types.push_back({{each.name, each.blocks.back(), each.bytes.back()}, each.gain().blocks, each.gain().bytes});
    keep_first(types, limit);
    return types;
}

Result<std::vector<Object>> Snapshot::by_type(const std::string& pattern) const {
    const auto chosen = analyze::choose(state_->heap, {.addresses = {}, .type = pattern});
    if (!chosen) return chosen.error();
    const auto references = state_->heap.references();
    if (!references) return references.error();
    std::vector<Object> objects;
    objects.reserve(chosen->blocks.size());
    for (const BlockId block : chosen->blocks) objects.push_back({(*references)->vertices().of_block(block).value});
    return objects;
}

Result<Object> Snapshot::at(uint64_t address) const {
    const auto found = analyze::block_at(state_->heap, fmt::format("{:#x}", address));
    if (!found) return found.error();
    const auto references = state_->heap.references();
    if (!references) return references.error();
    return Object{(*references)->vertices().of_block(found->block).value};
}

Result<Description> Snapshot::describe(Object object) const {
    const auto references = state_->references(object);
    if (!references) return references.error();
    const VertexId vertex(object.number);
    const analyze::VertexText& text = state_->names(**references);
    NetNode node = text.node(vertex);
    Description out{.kind = kind_of((*references)->vertices().kind(vertex)),
                    .name = text.name(vertex),
                    .full_name = text.full_name(vertex),
                    .evidence = {},
                    .facts = text.facts(vertex),
                    .address = node.address,
                    .size = static_cast<int64_t>((*references)->size_bytes(vertex)),
                    .place = std::move(node.place),
                    .is_lost = text.is_lost(vertex)};
    if (out.kind == Description::Kind::block) {
        const BlockId block(vertex.index());
        out.evidence = types::to_text(state_->heap.types().evidence(block));
        out.age_ns = analyze::age_ns(state_->heap, block);
    }
    return out;
}

Result<std::vector<Reference>> Snapshot::refs(Object object) const {
    const auto references = state_->references(object);
    if (!references) return references.error();
    const std::vector<uint32_t>& begin = (*references)->graph().begin;
    std::vector<Reference> found;
    for (uint32_t edge = begin[object.number]; edge < begin[object.number + 1]; ++edge)
        found.push_back(query::reference_at(**references, edge));
    return found;
}

Result<std::vector<Reference>> Snapshot::backrefs(Object object) const {
    const auto references = state_->references(object);
    if (!references) return references.error();
    std::vector<Reference> found;
    for (const uint32_t edge : (*references)->reverse().in(object.number))
        found.push_back(query::reference_at(**references, edge));
    return found;
}

bool Snapshot::is_root(Object object) const {
    const auto references = state_->references(object);
    return references && (*references)->vertices().kind(VertexId(object.number)) == Vertices::Kind::root;
}

}  // namespace heapkit

namespace heapkit::query {

Reference reference_at(const refs::References& references, uint32_t edge) {
    const graph::Edge target = references.graph().edges[edge];
    return {.holder = {graph::source_of(references.graph(), edge)},
            .held = {target.to()},
            .field = references.label(edge),
            .owns = target.is_strong()};
}

}  // namespace heapkit::query
