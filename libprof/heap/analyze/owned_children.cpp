// SPDX-License-Identifier: MIT
//
// OwnedChildren: from the top down to the node that was asked for, and its children as a table.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/owned_children.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <optional>

#include "analyze/choose.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;

constexpr size_t most_known = 64, deepest = 10'000;  // nodes that are remembered; steps of a way

std::string_view kind_text(NetNode::Role role) {
    switch (role) {
        case NetNode::Role::root:
            return "root";
        case NetNode::Role::closure:
            return "closure";
        case NetNode::Role::container:
            return "container";
        case NetNode::Role::folded:
            return "group";
        case NetNode::Role::object:
        case NetNode::Role::subject:
            break;
    }
    return "object";
}

std::optional<size_t> number_of(std::string_view text) {
    size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string way_to(const std::string& parent, size_t number) {
    return parent.empty() ? fmt::to_string(number) : fmt::format("{}.{}", parent, number);
}

Error no_such_node(const std::string& node) {
    return {fmt::format("the dominator tree has no node {}", node), "Go down from the top: each child says its node."};
}

}  // namespace

OwnedChildren::OwnedChildren(const Heap& heap, const Ownership& ownership)
    : heap_(heap), ownership_(ownership), kinds_(heap, ownership) {}

OwnedChildren::Children OwnedChildren::top() const {
    OwnedTops tops = owned_tops(ownership_);
    Children children;
    for (VertexSet& kind : kinds_.by_kind(tops.roots)) children.push_back({.members = std::move(kind)});
    for (OwnedTops::Rest& rest : tops.rest)
        children.push_back({.group = std::move(rest.name), .members = std::move(rest.members)});
    return children;
}

OwnedChildren::Children OwnedChildren::below(const Child& child) const {
    Children children;
    const VertexSet dominated = child.group.empty() ? kinds_.below(child.members) : child.members;
    for (VertexSet& kind : kinds_.by_kind(dominated)) children.push_back({.members = std::move(kind)});
    return children;
}

Result<const OwnedChildren::Children*> OwnedChildren::children_of(const std::string& node) {
    if (const auto found = known_.find(node); found != known_.end()) return &found->second;
    Children children;
    if (node.empty()) {
        children = top();
    } else {
        const size_t dot = node.rfind('.');
        const auto number = number_of(std::string_view(node).substr(dot == std::string::npos ? 0 : dot + 1));
        const auto found = known_.find(dot == std::string::npos ? "" : node.substr(0, dot));
        if (!number || found == known_.end() || *number >= found->second.size()) return no_such_node(node);
        children = below(found->second[*number]);
    }
    for (Child& child : children) child.retained_bytes = kinds_.retained_bytes(child.members);
    std::stable_sort(children.begin(), children.end(),
                     [](const Child& a, const Child& b) { return a.retained_bytes > b.retained_bytes; });
    return &(known_[node] = std::move(children));
}

std::string OwnedChildren::name_of(const Child& child) const {
    return child.group.empty() ? kinds_.name_of(child.members) : child.group;
}

std::vector<Cell> OwnedChildren::row(const std::string& parent, size_t number, const Child& child) const {
    int64_t self = 0, blocks = 0;
    bool has_children = !child.group.empty();
    for (const uint32_t member : child.members) {
        self += ownership_.self(member).bytes;
        blocks += ownership_.retained(member).blocks;
        has_children = has_children || !ownership_.tree().of(member).empty();
    }
    const VertexId first(child.members.front());
    const bool is_group = !child.group.empty();
    const NetNode::Role role = is_group ? NetNode::Role::folded : kinds_.text().node(first).role;
    const uint64_t address = is_group ? 0 : kinds_.text().address(first);
    const bool is_in_a_block = address != 0 && block_at(heap_, fmt::format("{:#x}", address));
    const auto all = static_cast<double>(heap_.snapshot().process().live_bytes);
    const double share = all == 0 ? 0 : 100 * static_cast<double>(child.retained_bytes) / all;
    return {way_to(parent, number),
            name_of(child),
            std::string(kind_text(role)),
            static_cast<int64_t>(child.members.size()),
            is_group ? int64_t{0} : self,
            child.retained_bytes,
            share,
            blocks,
            is_in_a_block ? Cell(static_cast<int64_t>(address)) : Cell(),
            int64_t{has_children}};
}

Result<Table> OwnedChildren::table(const ChildrenOptions& options) {
    if (known_.size() > most_known) known_.clear();
    if (static_cast<size_t>(std::count(options.node.begin(), options.node.end(), '.')) > deepest)
        return no_such_node(options.node);
    for (size_t dot = 0; dot < options.node.size(); ++dot) {  // each node above it first
        if (dot > 0 && options.node[dot] != '.') continue;
        const auto above = children_of(options.node.substr(0, dot));
        if (!above) return no_such_node(options.node);
    }
    const auto children = children_of(options.node);
    if (!children) return children.error();

    Table table{.title = "What it keeps alive", .key = "children"};
    table.columns = {{.name = "node", .key = "node"},
                     {.name = "", .key = "name"},
                     {.name = "", .key = "kind"},
                     {.name = "objects", .key = "count", .unit = Unit::count},
                     {.name = "self", .key = "self", .unit = Unit::bytes},
                     {.name = "retained", .key = "retained", .unit = Unit::bytes},
                     {.name = "", .key = "share", .unit = Unit::percent},
                     {.name = "blocks", .key = "retained_blocks", .unit = Unit::count},
                     {.name = "address", .key = "address", .unit = Unit::address},
                     {.name = "", .key = "has_children", .unit = Unit::count}};
    table.empty = "It keeps nothing else alive.";
    const size_t begin = std::min(options.offset, (*children)->size());
    const size_t end = std::min(begin + std::min(options.limit, (*children)->size()), (*children)->size());
    for (size_t number = begin; number < end; ++number)
        table.rows.push_back(row(options.node, number, (**children)[number]));
    table.rows_left_out = (*children)->size() - table.rows.size();
    return table;
}

}  // namespace heapkit::analyze
