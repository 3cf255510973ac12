// SPDX-License-Identifier: MIT
//
// holders(): chains(), and of each the last container on it, or the last field.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/holders.h"

#include <fmt/format.h>

#include "analyze/choose.h"
#include "analyze/owner_names.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

// The innermost container of a chain says more than a smart pointer or a node behind it; without one it is the last
// field. "Registry::by_id_", "Session::peer".
std::string holder_of(const refs::References& references, const VertexText& text, const OwnerNames& names,
                      refs::VertexId object) {
    const auto& edge_to = references.paths().edge_to;
    for (uint32_t vertex = object.value; vertex != graph::no_node;) {
        if (references.vertices().kind(refs::VertexId(vertex)) == refs::Vertices::Kind::container)
            return names.of(refs::VertexId(vertex));
        const uint32_t edge = edge_to[vertex];
        vertex = edge == graph::no_edge ? graph::no_node : graph::source_of(references.graph(), edge);
    }
    const uint32_t edge = edge_to[object.index()];
    return edge == graph::no_edge ? text.name(object) : text.reference(edge);
}

// The last field, where the object is no element: "UserRecord::address" below "EventBus::handlers_".
std::string field_of(const refs::References& references, const VertexText& text, const std::string& holder,
                     refs::VertexId object) {
    const uint32_t edge = references.paths().edge_to[object.index()];
    if (edge == graph::no_edge) return "";
    const refs::VertexId from(graph::source_of(references.graph(), edge));
    if (references.vertices().kind(from) == refs::Vertices::Kind::container) return "";
    const std::string field = text.reference(edge);
    return field == holder ? "" : field;
}

std::string sentence(int64_t objects, size_t all, const std::string& name, const std::string& holder) {
    const std::string count = count_to_text(objects);
    if (static_cast<size_t>(objects) == all)
        return all == 1 ? fmt::format("The one {} is held by {}", name, holder)
                        : fmt::format("All {} {} are held by {}", count, name, holder);
    return fmt::format("{} of {} {} {} held by {}", count, count_to_text(static_cast<int64_t>(all)), name,
                       objects == 1 ? "is" : "are", holder);
}

}  // namespace

Result<Holders> holders(const Heap& heap, const HolderOptions& options) {
    const auto chosen = choose(heap, options.of);
    if (!chosen) return chosen.error();
    auto found = chains(heap, {.of = options.of, .limit = options.limit, .raw = options.raw});
    if (!found) return found.error();
    const refs::References& references = **heap.references(options.raw);
    const VertexText text(heap, references);
    const OwnerNames names(heap, references, text);

    Holders answer{.holders = {.title = fmt::format("Who holds {}", chosen->text), .key = "holders"},
                   .nets = std::move(found->nets),
                   .notes = std::move(found->notes)};
    Table& table = answer.holders;
    table.columns = {{.name = "", .key = "holder"},
                     {.name = "through", .key = "field"},
                     {.name = "objects", .key = "count", .unit = Unit::count},
                     {.name = "", .key = "share", .unit = Unit::percent},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "chain", .key = "chain", .is_for_json = true}};
    table.empty = "No root holds any of them.";
    table.rows_left_out = found->kinds_left_out;
    for (size_t kind = 0; kind < found->examples.size(); ++kind) {
        const std::vector<Cell>& row = found->kinds.rows[kind];
        const auto objects = std::get<int64_t>(row[1]);
        const std::string holder = holder_of(references, text, names, found->examples[kind]);
        const size_t all = chosen->blocks.size();
        table.rows.push_back({holder, field_of(references, text, holder, found->examples[kind]), objects,
                              100 * static_cast<double>(objects) / static_cast<double>(all), row[2], row[0]});
        answer.nets[kind].title = sentence(objects, all, chosen->name, holder);
        answer.nets[kind].key = "chain";
    }
    return answer;
}

}  // namespace heapkit::analyze
