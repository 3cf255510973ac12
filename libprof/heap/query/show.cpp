// SPDX-License-Identifier: MIT
//
// Snapshot: objgraph's show_… functions: tables to a stream, graphs to a picture.
//
// Side: heap, floor 8 (query).
#include <fmt/format.h>
#include <array>
#include <fstream>
#include <map>
#include <ostream>

#include "analyze/growth.h"
#include "analyze/neighbours.h"
#include "analyze/statistics.h"
#include "query/state.h"
#include "render/graphviz.h"
#include "render/text.h"

namespace heapkit {
namespace {

void show(Table table, std::ostream& out) {
    Report report;
    report.shapes.emplace_back(std::move(table));
    out << render::to_text(report, {});
}

Result<void> write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    file.close();
    if (file) return {};
    return Error{fmt::format("{} cannot be written", path.string()), "Is the folder there, and is there room?"};
}

Result<void> draw(Net net, const std::string& from, const std::filesystem::path& path) {
    const auto format = render::picture_format_of(path.string());
    if (!format) return format.error();
    const std::string caption = fmt::format("{} · {}", from, net.title);
    const auto picture = render::draw({.net = std::move(net), .caption = caption, .format = *format});
    if (!picture) return picture.error();
    return write(path, *picture);
}

}  // namespace

Result<void> Snapshot::show_most_common_types(std::ostream& out, size_t limit) const {
    auto table = analyze::common_types(state_->heap, {.filter = {}, .rows = {.limit = limit}});
    if (!table) return table.error();
    show(std::move(*table), out);
    return {};
}

Result<void> Snapshot::show_growth(const Snapshot& older, std::ostream& out, size_t limit) const {
    const std::array heaps = {static_cast<const Heap*>(&older.state_->heap), static_cast<const Heap*>(&state_->heap)};
    auto table = analyze::growth(heaps, {.filter = {}, .rows = {.limit = limit}});
    if (!table) return table.error();
    show(std::move(*table), out);
    return {};
}

Result<Net> Snapshot::neighbours(const std::vector<Object>& objects, const Drawing& drawing, bool referrers) const {
    analyze::Choice choice;
    for (const Object object : objects) {
        const auto description = describe(object);
        if (!description) return description.error();
        if (description->kind != Description::Kind::block)
            return Error{fmt::format("{} is no block", description->name),
                         "Draw what it holds, or what holds it: refs() and backrefs() give those."};
        choice.addresses.push_back(fmt::format("{:#x}", description->address));
    }
    auto filter = query::filter_of(drawing.filters);
    if (!filter) return filter.error();
    using analyze::Direction;
    return analyze::neighbours(state_->heap, {.direction = referrers ? Direction::referrers : Direction::referents,
                                              .of = std::move(choice),
                                              .most_subjects = objects.size(),
                                              .max_depth = drawing.max_depth,
                                              .too_many = drawing.too_many,
                                              .highlight = drawing.highlight,
                                              .filter = std::move(*filter),
                                              .raw = drawing.raw});
}

Result<void> Snapshot::show_refs(const std::vector<Object>& objects, const std::filesystem::path& picture,
                                 const Drawing& drawing) const {
    auto net = neighbours(objects, drawing, false);
    if (!net) return net.error();
    return draw(std::move(*net), state_->file, picture);
}

Result<void> Snapshot::show_backrefs(const std::vector<Object>& objects, const std::filesystem::path& picture,
                                     const Drawing& drawing) const {
    auto net = neighbours(objects, drawing, true);
    if (!net) return net.error();
    return draw(std::move(*net), state_->file, picture);
}

Result<void> Snapshot::show_chain(std::span<const Reference> chain, const std::filesystem::path& picture) const {
    if (chain.empty()) return Error{"there is nothing to draw: the chain is empty", "No chain was found."};
    Net net{.title = "a chain of references", .key = "chain", .is_chain = true};
    std::map<Object, uint32_t> nodes;
    const auto node_of = [&](Object object, const refs::References& references) {
        const auto [known, is_new] = nodes.try_emplace(object, static_cast<uint32_t>(net.nodes.size()));
        if (is_new) {
            net.nodes.push_back(state_->names(references).node(refs::VertexId(object.number)));
            net.nodes.back().depth = known->second;
        }
        return known->second;
    };
    for (const Reference& link : chain) {
        for (const Object object : {link.holder, link.held}) {
            const auto references = state_->references(object);
            if (!references) return references.error();
            node_of(object, **references);
        }
        net.edges.push_back({.from = nodes[link.holder],
                             .to = nodes[link.held],
                             .label = link.field,
                             .owns = link.owns,
                             .on_path = true});
    }
    return draw(std::move(net), state_->file, picture);
}

}  // namespace heapkit
