// SPDX-License-Identifier: MIT
//
// See back_pointers.h.
//
// Side: heap, floor 5 (refs).
#include "refs/back_pointers.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "types/container_rules.h"

namespace heapkit::refs {
namespace {

using namespace std::string_view_literals;
using symbols::DebugTypeId;
using symbols::TypeKind;
using types::Field;

constexpr int deepest = 8;             // bases of bases, members in members
constexpr int deepest_elements = 3;    // a map of vectors of pointers
constexpr size_t most_members = 4096;  // of a class, that are looked at

// Without the decoration of members: "m_parent", "parent_", "_parent", "pParent".
constexpr std::array back_names = {"parent"sv,   "Parent"sv,   "owner"sv, "Owner"sv, "prev"sv,    "Prev"sv,
                                   "previous"sv, "Previous"sv, "back"sv,  "up"sv,    "backref"sv, "backpointer"sv};

bool is_back_name(std::string_view path) {
    std::string_view name = path.substr(path.rfind('.') + 1);
    name = name.substr(0, name.find('['));
    if (name.starts_with("m_")) name.remove_prefix(2);
    while (name.starts_with('_')) name.remove_prefix(1);
    while (name.ends_with('_')) name.remove_suffix(1);
    if (name.size() > 1 && (name.front() == 'p' || name.front() == 'm') && name[1] >= 'A' && name[1] <= 'Z')
        name.remove_prefix(1);
    for (const std::string_view suffix : {"_ptr"sv, "Ptr"sv, "_node"sv, "Node"sv, "_entry"sv})
        if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
    return std::ranges::find(back_names, name) != back_names.end();
}

class WayBack {
   public:
    WayBack(const symbols::TypeBook& book, const types::Layouts& layouts) : book_(book), layouts_(layouts) {}

    // The classes around a byte of a class, outermost first. False when a class of a library is among them: a smart
    // pointer says itself whether it owns.
    bool find_holders(DebugTypeId type, uint64_t offset_bytes) {
        for (int depth = 0; depth < deepest; ++depth) {
            const symbols::DebugType& here = book_.type(type);
            if (here.kind == TypeKind::pointer) return true;
            if (here.kind == TypeKind::array) {
                const uint64_t element_bytes = book_.type(here.target).size_bytes;
                if (element_bytes == 0) return false;
                type = here.target;
                offset_bytes %= element_bytes;
                continue;
            }
            const std::string name = book_.name(type);
            if (here.kind != TypeKind::structure || name.starts_with("std::") || name.starts_with("boost::"))
                return false;
            holders_.push_back(type);
            const auto members = book_.members(type);
            const auto covers = [&](const symbols::Member& member) {
                return !member.is_virtual_base && member.offset_bytes <= offset_bytes &&
                       offset_bytes - member.offset_bytes < book_.type(member.type).size_bytes;
            };
            const auto member = std::ranges::find_if(members, covers);
            if (member == members.end()) return false;
            type = member->type;
            offset_bytes -= member->offset_bytes;
        }
        return false;
    }

    // Whether one of `type` leads to a holder by a field that is no back pointer.
    bool leads_back(DebugTypeId type) const {
        return std::ranges::any_of(layouts_.fields_of(type), [&](const Field& field) {
            switch (field.kind) {
                case Field::Kind::pointer:
                    return !field.is_weak && is_holder(field.type) && !is_back_name(layouts_.path(field));
                case Field::Kind::count:
                    return element_leads(field.type, 0);
                case Field::Kind::container: {
                    const types::ContainerClass* const known = layouts_.classes().of(field.type);
                    return known != nullptr && element_leads(known->element, 0);
                }
                case Field::Kind::callable:
                case Field::Kind::vtable:
                    break;
            }
            return false;
        });
    }

   private:
    bool element_leads(DebugTypeId type, int depth) const {
        const symbols::DebugType& element = book_.type(type);
        if (element.kind == TypeKind::pointer) return is_holder(element.target);
        if (is_holder(type)) return true;
        if (element.kind != TypeKind::structure || depth == deepest_elements) return false;
        if (const types::ContainerClass* const known = layouts_.classes().of(type);
            known != nullptr && types::has_storage(known->shape()))
            return element_leads(known->element, depth + 1);
        return std::ranges::any_of(layouts_.fields_of(type), [&](const Field& field) {
            if (field.kind == Field::Kind::pointer) return !field.is_weak && is_holder(field.type);
            const types::ContainerClass* const known =
                field.kind == Field::Kind::container ? layouts_.classes().of(field.type) : nullptr;
            return known != nullptr && element_leads(known->element, depth + 1);
        });
    }

    // A pointer to a base or to a derived class leads there, too.
    bool is_holder(DebugTypeId type) const {
        return std::ranges::any_of(holders_, [&](DebugTypeId holder) {
            return type == holder || derives(type, holder, 0) || derives(holder, type, 0);
        });
    }
    bool derives(DebugTypeId derived, DebugTypeId base, int depth) const {
        const auto members = book_.members(derived);
        return depth < deepest &&
               std::ranges::any_of(
                   members.first(std::min(members.size(), most_members)), [&](const symbols::Member& member) {
                       return member.is_base && (member.type == base || derives(member.type, base, depth + 1));
                   });
    }

    const symbols::TypeBook& book_;
    const types::Layouts& layouts_;
    std::vector<DebugTypeId> holders_;
};

}  // namespace

bool points_back(const symbols::TypeBook& book, const types::Layouts& layouts, DebugTypeId owner, const Field& field) {
    if (field.kind != Field::Kind::pointer || field.type == DebugTypeId() || !is_back_name(layouts.path(field)))
        return false;
    WayBack way(book, layouts);
    return way.find_holders(owner, field.offset_bytes) && way.leads_back(field.type);
}

}  // namespace heapkit::refs
