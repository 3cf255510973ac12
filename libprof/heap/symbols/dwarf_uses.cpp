// SPDX-License-Identifier: MIT
//
// See dwarf_types.h: DwarfUses.
//
// Side: heap, floor 3 (symbols).
#include <algorithm>

#include "symbols/dwarf_types.h"

namespace heapkit::symbols {
namespace {

constexpr int deepest_type = 64;          // a pointer to a pointer to …
constexpr size_t most_dimensions = 32;    // of an array
constexpr size_t most_parameters = 4096;  // of a function
constexpr uint64_t pointer_bytes = 8, member_function_bytes = 16;
constexpr uint32_t being_resolved = UINT32_MAX;

uint32_t packed(TypeUse use) { return use.id.value << 2 | (use.marks & 3); }
TypeUse unpacked(uint32_t value) { return {DebugTypeId(value >> 2), static_cast<uint8_t>(value & 3)}; }

// Elements of one dimension; 0 when it does not say.
uint32_t count_of(Dwarf_Die& subrange) {
    if (const auto count = number_of(subrange, DW_AT_count))
        return static_cast<uint32_t>(std::min<uint64_t>(*count, UINT32_MAX));
    const auto last = number_of(subrange, DW_AT_upper_bound);
    if (!last || *last >= UINT32_MAX) return 0;  // -1 as an unsigned number: no bound
    const uint64_t first = number_of(subrange, DW_AT_lower_bound).value_or(0);
    return *last < first ? 0 : static_cast<uint32_t>(*last - first + 1);
}

}  // namespace

TypeUse DwarfUses::attribute_of(Dwarf_Die& die, unsigned name, int depth) {
    const auto target = reference_of(die, name);
    return target ? resolve(*target, depth) : TypeUse();
}

TypeUse DwarfUses::resolve(Dwarf_Die die, int depth) {
    if (depth == deepest_type) return {};
    const auto key = reinterpret_cast<uintptr_t>(die.addr);
    const auto [known, is_new] = use_of_die_.try_emplace(key);
    if (!is_new) return *known == being_resolved ? TypeUse() : unpacked(*known);
    *known = being_resolved;
    TypeUse use;
    switch (dwarf_tag(&die)) {
        case DW_TAG_const_type:
            use = attribute_of(die, DW_AT_type, depth + 1);
            use.marks |= mark_const;
            break;
        case DW_TAG_volatile_type:
            use = attribute_of(die, DW_AT_type, depth + 1);
            use.marks |= mark_volatile;
            break;
        case DW_TAG_typedef:
        case DW_TAG_atomic_type:
        case DW_TAG_restrict_type:
        case DW_TAG_packed_type:
        case DW_TAG_immutable_type:
        case DW_TAG_template_alias:
            use = attribute_of(die, DW_AT_type, depth + 1);
            break;
        default:
            use.id = derived(die, depth);
    }
    *use_of_die_.try_emplace(key).first = packed(use);
    return use;
}

DebugTypeId DwarfUses::derived(Dwarf_Die& die, int depth) {
    const auto of_target = [&](TypeKind kind, uint64_t size_bytes, uint8_t marks = 0) {
        const TypeUse target = attribute_of(die, DW_AT_type, depth + 1);
        return intern({.kind = kind, .size_bytes = size_bytes, .target = target.id},
                      static_cast<uint8_t>(target.marks | marks));
    };
    switch (dwarf_tag(&die)) {
        case DW_TAG_pointer_type:
            return of_target(TypeKind::pointer, number_of(die, DW_AT_byte_size).value_or(pointer_bytes));
        case DW_TAG_reference_type:
            return of_target(TypeKind::reference, pointer_bytes);
        case DW_TAG_rvalue_reference_type:
            return of_target(TypeKind::reference, pointer_bytes, mark_rvalue);
        case DW_TAG_ptr_to_member_type: {
            const TypeUse target = attribute_of(die, DW_AT_type, depth + 1);
            const TypeUse of_class = attribute_of(die, DW_AT_containing_type, depth + 1);
            const bool is_function = columns_.types[target.id.index()].kind == TypeKind::function;
            return intern({.kind = TypeKind::member_pointer,
                           .size_bytes = is_function ? member_function_bytes : pointer_bytes,
                           .target = target.id},
                          target.marks, {of_class});
        }
        case DW_TAG_array_type:
            return array(die, depth);
        case DW_TAG_subroutine_type:
            return function(die, depth);
        default:
            return census_.entities()[census_.entity_at(die)].type;
    }
}

// int[2][3] is two of (three of int): from the last dimension outwards.
DebugTypeId DwarfUses::array(Dwarf_Die& die, int depth) {
    std::vector<uint32_t> counts;
    for_each_child(die, [&](Dwarf_Die& child) {
        if (dwarf_tag(&child) == DW_TAG_subrange_type && counts.size() < most_dimensions)
            counts.push_back(count_of(child));
    });
    if (counts.empty()) counts.push_back(0);
    TypeUse element = attribute_of(die, DW_AT_type, depth + 1);
    for (auto count = counts.rbegin(); count != counts.rend(); ++count) {
        const uint64_t size = columns_.types[element.id.index()].size_bytes;
        const bool fits = *count == 0 || size <= UINT64_MAX / *count;
        element.id = intern(
            {.kind = TypeKind::array, .size_bytes = fits ? size * *count : 0, .count = *count, .target = element.id},
            element.marks);
    }
    return element.id;
}

DebugTypeId DwarfUses::function(Dwarf_Die& die, int depth) {
    std::vector<TypeUse> parameters;
    uint8_t marks = 0;
    for_each_child(die, [&](Dwarf_Die& child) {
        const int tag = dwarf_tag(&child);
        if (tag == DW_TAG_unspecified_parameters) marks |= mark_variadic;
        // The hidden `this` of a member function's type is not spelled.
        if (tag == DW_TAG_formal_parameter && !flag_of(child, DW_AT_artificial) && parameters.size() < most_parameters)
            parameters.push_back({attribute_of(child, DW_AT_type, depth + 1).id, 0});
    });
    const TypeUse returned = attribute_of(die, DW_AT_type, depth + 1);
    return intern({.kind = TypeKind::function, .target = returned.id}, static_cast<uint8_t>(returned.marks | marks),
                  parameters);
}

DebugTypeId DwarfUses::intern(DebugType type, uint8_t marks, const std::vector<TypeUse>& arguments) {
    uint64_t key = mixed(mixed(static_cast<uint64_t>(type.kind) << 8 | marks, type.target.value),
                         mixed(type.count, type.size_bytes));
    for (const TypeUse& argument : arguments) key = mixed(key, argument.id.value);
    const auto [id, is_new] = derived_of_key_.try_emplace(key);
    if (!is_new) return DebugTypeId(*id);
    *id = static_cast<uint32_t>(columns_.types.size());
    type.arguments_begin = static_cast<uint32_t>(columns_.arguments.size());
    for (const TypeUse& argument : arguments) {
        columns_.arguments.push_back({.type = argument.id});
        spellings_.push_back({});
    }
    type.arguments_end = static_cast<uint32_t>(columns_.arguments.size());
    columns_.types.push_back(type);
    columns_.type_texts.push_back({});
    columns_.marks.push_back(marks);
    return DebugTypeId(*id);
}

}  // namespace heapkit::symbols
