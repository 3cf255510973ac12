// SPDX-License-Identifier: MIT
//
// OwnerNames: the label of a reference, walked through the classes that it goes through.
//
// Side: heap, floor 7 (analyze).
#include "analyze/owner_names.h"

#include <fmt/format.h>
#include <algorithm>
#include <optional>

#include "symbols/short_name.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;
using symbols::DebugTypeId;
using symbols::TypeKind;

constexpr size_t most_classes = 64;  // that are looked into for one member

struct Declared {
    DebugTypeId class_type, type;
};

// The class that declares a member, among a class, its bases and what it consists of; the nearest first.
std::optional<Declared> declaration_of(const symbols::TypeBook& book, DebugTypeId of, std::string_view name) {
    std::vector<DebugTypeId> classes = {of};
    for (size_t at = 0; at < classes.size() && at < most_classes; ++at) {
        const DebugTypeId type = classes[at];
        for (const symbols::Member& member : book.members(type))
            if (book.text(member.name) == name) return Declared{type, member.type};
        for (const symbols::Member& member : book.members(type)) {
            const symbols::DebugType& inner = book.type(member.type);
            if (inner.kind == TypeKind::structure || inner.kind == TypeKind::union_) classes.push_back(member.type);
            if (inner.kind == TypeKind::array) classes.push_back(inner.target);
        }
    }
    return std::nullopt;
}

// "[42].cache_.docs_" without what is in brackets: "cache_.docs_".
std::string without_indices(std::string_view label) {
    std::string kept;
    size_t open = 0;
    for (const char c : label) {
        open += c == '[';
        if (open == 0 && !(kept.empty() && c == '.')) kept += c;
        if (c == ']' && open > 0) --open;
    }
    return kept;
}

}  // namespace

uint32_t OwnerNames::owning_edge(VertexId container) const {
    const uint32_t edge = references_.paths().edge_to[container.index()];
    if (edge != graph::no_edge) return edge;
    const auto in = references_.reverse().in(container.value);
    const auto owns = [&](uint32_t each) { return references_.graph().edges[each].is_strong(); };
    const auto found = std::find_if(in.begin(), in.end(), owns);
    return found == in.end() ? graph::no_edge : *found;
}

// Up from element to container, until one is a member of something.
std::string OwnerNames::of(VertexId container) const {
    constexpr int deepest = 8;  // containers in containers
    std::string brackets;
    for (int depth = 0; depth < deepest; ++depth) {
        const uint32_t edge = owning_edge(container);
        if (edge == graph::no_edge) break;
        const VertexId holder(graph::source_of(references_.graph(), edge));
        const uint64_t key = references_.reference(edge).field_key ^ text_.kind_key(holder) * 0x9e3779b97f4a7c15;
        const bool is_element = references_.vertices().kind(holder) == Vertices::Kind::container;
        if (const auto known = known_.find(key); known != known_.end() && !known->second.empty())
            return known->second + brackets;
        const std::string label = references_.label(edge);
        if (is_element && without_indices(label).empty()) {
            brackets += "[]";
            container = holder;
            continue;
        }
        return (known_[key] = field_name(edge, holder, label)) + brackets;
    }
    return text_.name(container) + brackets;
}

DebugTypeId OwnerNames::type_of_holder(VertexId holder) const {
    const types::Types& types = heap_.types();
    switch (references_.vertices().kind(holder)) {
        case Vertices::Kind::container:
            return types.containers().all[references_.vertices().container(holder)].element;
        case Vertices::Kind::root: {
            const refs::VariableRef& variable = references_.vertices().root(holder).variable;
            if (variable.global != nullptr) return variable.global->type;
            return variable.of_thread != nullptr ? variable.of_thread->type : DebugTypeId();
        }
        case Vertices::Kind::block:
            break;
    }
    return types.type(types.of(BlockId(holder.index()))).layout;
}

std::string OwnerNames::field_name(uint32_t edge, VertexId holder, const std::string& label) const {
    const std::string path = without_indices(label);
    if (path.empty()) return text_.name(holder);
    if (path.front() == '+' || path.find(' ') != std::string::npos) return text_.reference(edge);
    const symbols::TypeBook& book = heap_.type_book();
    DebugTypeId type = type_of_holder(holder);
    std::string name;
    for (size_t begin = 0; begin <= path.size() && type.value != 0;) {
        const size_t end = std::min(path.find('.', begin), path.size());
        const auto declared = declaration_of(book, type, std::string_view(path).substr(begin, end - begin));
        if (!declared) break;
        const std::string of_class = bare_name(symbols::short_type(book.name(declared->class_type)));
        name = fmt::format("{}::{}", of_class, path.substr(begin));
        type = declared->type;
        begin = end + 1;
    }
    return name.empty() ? text_.reference(edge) : name;
}

}  // namespace heapkit::analyze
