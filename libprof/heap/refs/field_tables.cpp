// SPDX-License-Identifier: MIT
//
// Fields of a class, from its layout; whether they own, from the classes that they lie in.
//
// Side: heap, floor 5 (refs).
#include "refs/field_tables.h"

#include <algorithm>
#include <array>

#include "refs/back_pointers.h"
#include "refs/closure_labels.h"

namespace heapkit::refs {
namespace {

using symbols::DebugTypeId;
using symbols::TypeKind;

constexpr int deepest_member = 32;  // embedded in each other

// Classes of a name such as "std::_List_iterator<int>" that point without owning.
bool is_onlooker(std::string_view class_name) {
    static constexpr std::array<std::string_view, 3> views = {"std::basic_string_view<", "std::span<",
                                                              "std::reference_wrapper<"};
    const std::string_view name = class_name.substr(0, class_name.find('<'));
    return name.ends_with("iterator") ||
           std::any_of(views.begin(), views.end(), [&](std::string_view view) { return class_name.starts_with(view); });
}

// Follows the members that cover a byte down to the pointer there.
bool looks_only(const symbols::TypeBook& book, DebugTypeId type, uint64_t offset_bytes) {
    for (int depth = 0; depth < deepest_member; ++depth) {
        const symbols::DebugType& here = book.type(type);
        if (here.kind == TypeKind::reference) return true;
        if (here.kind == TypeKind::array) {
            const uint64_t element_bytes = book.type(here.target).size_bytes;
            if (element_bytes == 0) return false;
            type = here.target;
            offset_bytes %= element_bytes;
            continue;
        }
        if (here.kind != TypeKind::structure) return false;
        if (is_onlooker(book.name(type))) return true;
        const auto members = book.members(type);
        const auto covers = [&](const symbols::Member& member) {
            return !member.is_virtual_base && member.offset_bytes <= offset_bytes &&
                   offset_bytes - member.offset_bytes < book.type(member.type).size_bytes;
        };
        const auto member = std::find_if(members.begin(), members.end(), covers);
        if (member == members.end()) return false;
        type = member->type;
        offset_bytes -= member->offset_bytes;
    }
    return false;
}

}  // namespace

FieldTables::FieldTables(const symbols::TypeBook& book, const types::Layouts& layouts)
    : book_(book), layouts_(layouts) {}

LabelId FieldTables::label(std::string text) const {
    const auto [known, is_new] = label_of_.try_emplace(std::move(text), LabelId(labels_.size()));
    if (is_new) labels_.push_back(known->first);
    return known->second;
}

FieldRow FieldTables::row_of(DebugTypeId owner, const types::Field& field) const {
    using Kind = types::Field::Kind;
    uint64_t bytes = sizeof(uint64_t);
    if (field.kind == Kind::container || field.kind == Kind::callable)
        bytes = std::max(bytes, book_.type(field.type).size_bytes);
    if (field.kind == Kind::count)
        bytes =
            field.elements == 0 ? UINT64_MAX - field.offset_bytes : field.elements * book_.type(field.type).size_bytes;
    const std::string of_class = book_.name(owner);
    std::string text = field_label({.name = of_class, .is_lambda = book_.type(owner).is_closure}, layouts_.path(field));
    return {.begin_bytes = field.offset_bytes,
            .end_bytes = field.offset_bytes + bytes,
            .label = label(std::move(text)),
            .type = field.type,
            .elements = field.elements,
            .guard = field.guard,
            .kind = field.kind,
            .owns = !field.is_weak && !looks_only(book_, owner, field.offset_bytes) &&
                    !points_back(book_, layouts_, owner, field),
            .is_smart = field.is_smart};
}

FieldTables::Range FieldTables::rows_of(DebugTypeId type) const {
    if (const auto found = known_.find(type); found != known_.end()) return found->second;
    Range range{.begin = static_cast<uint32_t>(rows_.size()), .end = 0};
    if (type.value != 0)
        for (const types::Field& field : layouts_.fields_of(type)) rows_.push_back(row_of(type, field));
    range.end = static_cast<uint32_t>(rows_.size());
    known_.emplace(type, range);
    return range;
}

uint32_t FieldTables::first_behind(Range range, uint64_t offset_bytes) const noexcept {
    const auto row =
        std::upper_bound(rows_.begin() + range.begin, rows_.begin() + range.end, offset_bytes,
                         [](uint64_t offset, const FieldRow& after) { return offset < after.begin_bytes; });
    return static_cast<uint32_t>(row - rows_.begin());
}

}  // namespace heapkit::refs
