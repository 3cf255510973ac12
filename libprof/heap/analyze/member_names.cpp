// SPDX-License-Identifier: MIT
//
// MemberNames: a walk from what a container lies in down to it.
//
// Side: heap, floor 7 (analyze).
#include "analyze/member_names.h"

#include <algorithm>

#include "analyze/filter.h"
#include "analyze/vertex_text.h"

namespace heapkit::analyze {

bool MemberNames::mean(const types::Container& container) const {
    return container.place.is_root ? in_variable(container) : in_block(container);
}

bool MemberNames::in_variable(const types::Container& container) const {
    const uint64_t address = words_.roots[container.place.index].address + container.place.offset_bytes;
    const symbols::Variable* const variable = book_.variable_at(address);
    if (variable == nullptr) return false;
    return matches_name(name_, book_.text(variable->name)) ||
           on_the_way(variable->type, address - variable->address, container.type);
}

bool MemberNames::in_block(const types::Container& container) const {
    const types::Type& type = heap_.types().type(heap_.types().of(BlockId(container.place.index)));
    const uint64_t size = book_.type(type.layout).size_bytes;
    if (size == 0 || container.place.offset_bytes < type.first_offset_bytes) return false;
    return on_the_way(type.layout, (container.place.offset_bytes - type.first_offset_bytes) % size, container.type);
}

bool MemberNames::on_the_way(symbols::DebugTypeId type, uint64_t offset, symbols::DebugTypeId container) const {
    const auto [entry, is_new] = known_.try_emplace({type.value, offset});
    if (!is_new) return entry->second;
    constexpr int deepest = 64;
    for (int depth = 0; depth < deepest && type != container; ++depth) {
        const symbols::DebugType& outer = book_.type(type);
        if (outer.kind == symbols::TypeKind::array) {
            const uint64_t size = book_.type(outer.target).size_bytes;
            if (size == 0) return false;
            type = outer.target;
            offset %= size;
            continue;
        }
        const auto members = book_.members(type);
        const auto member = std::find_if(members.begin(), members.end(), [&](const symbols::Member& each) {
            return each.offset_bytes <= offset && offset - each.offset_bytes < book_.type(each.type).size_bytes;
        });
        if (member == members.end()) return false;
        if (is_member(type, *member)) return entry->second = true;
        offset -= member->offset_bytes;
        type = member->type;
    }
    return false;
}

bool MemberNames::is_member(symbols::DebugTypeId of_class, const symbols::Member& member) const {
    const std::string_view own = book_.text(member.name);
    if (member.is_base || own.empty()) return false;
    const std::string class_name = book_.name(of_class);
    const auto fits = [&](std::string name) { return matches_name(name_, name.append("::").append(own)); };
    return fits(class_name) || fits(bare_name(class_name));
}

}  // namespace heapkit::analyze
