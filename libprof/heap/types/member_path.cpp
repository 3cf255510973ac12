// SPDX-License-Identifier: MIT
//
// See member_path.h.
//
// Side: heap, floor 4 (types).
#include "types/member_path.h"

#include <vector>

namespace heapkit::types {

using symbols::DebugTypeId;
using symbols::TypeBook;
using symbols::TypeKind;

namespace {

constexpr size_t most_classes_searched = 256;
constexpr int deepest_first_member = 16;

bool is_class(const TypeBook& book, DebugTypeId type) {
    const TypeKind kind = book.type(type).kind;
    return kind == TypeKind::structure || kind == TypeKind::union_;
}

// Breadth first: the member nearest to the outside.
std::optional<FoundMember> find_named(const TypeBook& book, FoundMember in, std::string_view name) {
    std::vector<FoundMember> queue = {in};
    for (size_t next = 0; next < queue.size() && next < most_classes_searched; ++next) {
        const FoundMember here = queue[next];
        for (const symbols::Member& member : book.members(here.type)) {
            const FoundMember found = {here.offset_bytes + member.offset_bytes, member.type};
            if (book.text(member.name) == name) return found;
            if (!member.is_virtual_base && is_class(book, member.type)) queue.push_back(found);
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<FoundMember> find_member(const TypeBook& book, DebugTypeId type, std::string_view path) {
    std::optional<FoundMember> found = FoundMember{0, type};
    while (found && !path.empty()) {
        const size_t dot = std::min(path.find('.'), path.size());
        found = find_named(book, *found, path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return found;
}

bool begins_with(const TypeBook& book, DebugTypeId outer, DebugTypeId inner) {
    std::vector<std::pair<DebugTypeId, int>> open = {{outer, 0}};
    while (!open.empty()) {
        const auto [type, depth] = open.back();
        open.pop_back();
        if (type == inner) return true;
        if (depth == deepest_first_member) continue;
        if (book.type(type).kind == TypeKind::array) open.emplace_back(book.type(type).target, depth + 1);
        for (const symbols::Member& member : book.members(type))
            if (member.offset_bytes == 0 && !member.is_virtual_base && !member.is_vtable_pointer)
                open.emplace_back(member.type, depth + 1);
    }
    return false;
}

bool has_base(const TypeBook& book, DebugTypeId derived, DebugTypeId base) {
    std::vector<DebugTypeId> open = {derived};
    for (size_t next = 0; next < open.size() && next < most_classes_searched; ++next) {
        for (const symbols::Member& member : book.members(open[next])) {
            if (!member.is_base) continue;
            if (member.type == base) return true;
            open.push_back(member.type);
        }
    }
    return false;
}

}  // namespace heapkit::types
