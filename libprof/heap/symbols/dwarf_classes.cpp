// SPDX-License-Identifier: MIT
//
// See dwarf_types.h: what is in each class.
//
// Side: heap, floor 3 (symbols).
#include <algorithm>
#include <string_view>

#include "symbols/dwarf_types.h"

namespace heapkit::symbols {
namespace {

constexpr int deepest_pack = 8;  // packs in packs

TypeKind kind_of(int tag) {
    switch (tag) {
        case DW_TAG_union_type:
            return TypeKind::union_;
        case DW_TAG_enumeration_type:
            return TypeKind::enumeration;
        case DW_TAG_base_type:
        case DW_TAG_unspecified_type:
            return TypeKind::basic;
        default:
            return TypeKind::structure;
    }
}

bool is_character(std::string_view name) {
    return name == "char" || name == "wchar_t" || name == "char8_t" || name == "char16_t" || name == "char32_t";
}

// Where a member begins: a constant, or in old files the expression "plus so much". Anything else is computed at run
// time and not known here.
uint64_t location_of(Dwarf_Die& member) {
    if (const auto constant = number_of(member, DW_AT_data_member_location)) return *constant;
    Dwarf_Attribute attribute;
    Dwarf_Op* ops = nullptr;
    size_t count = 0;
    if (dwarf_attr(&member, DW_AT_data_member_location, &attribute) == nullptr) return 0;
    if (dwarf_getlocation(&attribute, &ops, &count) != 0 || count != 1) return 0;
    return ops[0].atom == DW_OP_plus_uconst || ops[0].atom == DW_OP_constu ? ops[0].number : 0;
}

class ClassReader {
   public:
    ClassReader(const DwarfCensus& census, DwarfUses& uses, TypeColumns& columns)
        : census_(census), uses_(uses), columns_(columns) {}

    // What can be said without looking inside: sizes of arrays need the sizes of all classes.
    void read_outside(DebugTypeId id) {
        const Entity& entity = census_.entity_of(id);
        Dwarf_Die die = entity.die;
        DebugType type;
        type.kind = kind_of(dwarf_tag(&die));
        type.size_bytes = number_of(die, DW_AT_byte_size).value_or(0);
        type.line = static_cast<uint32_t>(number_of(die, DW_AT_decl_line).value_or(0));
        type.is_declared_only = entity.is_declared_only;
        type.is_character = type.kind == TypeKind::basic && is_character(entity.name == nullptr ? "" : entity.name);
        columns_.types[id.index()] = type;
        columns_.marks[id.index()] = entity.is_unit_only ? mark_unit_only : 0;
        if (!columns_.is_of_class(id)) return;
        if (const char* file = file_of(die)) columns_.type_texts[id.index()].file = columns_.texts.intern(file);
    }

    void read_inside(DebugTypeId id) {
        if (!columns_.is_of_class(id)) return;
        const Entity& entity = census_.entity_of(id);
        Dwarf_Die die = entity.die;
        DebugType type = columns_.types[id.index()];
        members_.clear();
        arguments_.clear();
        spellings_.clear();
        is_template_ = false;
        read_children(die, type, entity.name == nullptr || std::string_view(entity.name).starts_with("<lambda"));
        type.members_begin = append(columns_.members, members_);
        type.members_end = count_of(columns_.members);
        type.arguments_begin = append(columns_.arguments, arguments_);
        type.arguments_end = count_of(columns_.arguments);
        append(uses_.spellings(), spellings_);
        columns_.types[id.index()] = type;
        if (is_template_) columns_.marks[id.index()] |= mark_template;
    }

   private:
    template <typename T>
    static uint32_t count_of(const std::vector<T>& column) {
        return static_cast<uint32_t>(column.size());
    }
    template <typename T>
    static uint32_t append(std::vector<T>& column, const std::vector<T>& more) {
        const uint32_t begin = count_of(column);
        column.insert(column.end(), more.begin(), more.end());
        return begin;
    }

    void read_children(Dwarf_Die& die, DebugType& type, bool may_be_closure) {
        for_each_child(die, [&](Dwarf_Die& child) {
            switch (dwarf_tag(&child)) {
                case DW_TAG_member:
                    read_member(child);
                    break;
                case DW_TAG_inheritance:
                    read_base(child);
                    break;
                case DW_TAG_subprogram:
                    if (may_be_closure) type.is_closure |= is_call_operator(child);
                    break;
                default:
                    read_argument(child, 0);
            }
        });
        for (const Member& member : members_) type.is_polymorphic |= member.is_vtable_pointer;
        if (type.is_closure) name_captures();
    }

    static bool is_call_operator(Dwarf_Die& die) {
        const char* name = text_of(die, DW_AT_name);
        return name != nullptr && std::string_view(name) == "operator()";
    }

    // GCC's captures are called __x.
    void name_captures() {
        for (Member& member : members_) {
            const std::string name(columns_.texts.text(member.name));
            if (name.starts_with("__")) member.name = columns_.texts.intern(name.substr(2));
        }
    }

    void read_member(Dwarf_Die& die) {
        if (has(die, DW_AT_external) || has(die, DW_AT_declaration)) return;  // static, as DWARF 4 has it
        Member member;
        const char* name = text_of(die, DW_AT_name);
        member.name = columns_.texts.intern(name != nullptr ? name : "");
        member.type = uses_.type_of(die).id;
        member.is_vtable_pointer = name != nullptr && std::string_view(name).starts_with("_vptr");
        member.is_bit_field = has(die, DW_AT_bit_size);
        const auto first_bit = number_of(die, DW_AT_data_bit_offset);
        member.offset_bytes = first_bit ? *first_bit / 8 : location_of(die);
        members_.push_back(member);
    }

    void read_base(Dwarf_Die& die) {
        Member base;
        base.type = uses_.type_of(die).id;
        base.is_base = true;
        base.is_virtual_base = number_of(die, DW_AT_virtuality).value_or(0) != 0;
        base.offset_bytes = base.is_virtual_base ? 0 : location_of(die);
        members_.push_back(base);
    }

    void read_argument(Dwarf_Die& die, int depth) {
        TemplateArgument argument;
        ArgumentSpelling spelling;
        switch (dwarf_tag(&die)) {
            case DW_TAG_GNU_template_parameter_pack:
                is_template_ = true;
                if (depth < deepest_pack)
                    for_each_child(die, [&](Dwarf_Die& child) { read_argument(child, depth + 1); });
                return;
            case DW_TAG_template_type_parameter: {
                const TypeUse use = uses_.type_of(die);
                argument.type = use.id;
                spelling.marks = use.marks;
                break;
            }
            case DW_TAG_template_value_parameter: {
                argument.type = uses_.type_of(die).id;
                argument.is_value = true;
                spelling.kind =
                    read_value(die, argument) ? ArgumentSpelling::Kind::value : ArgumentSpelling::Kind::text;
                break;
            }
            case DW_TAG_GNU_template_template_param:
                spelling.kind = ArgumentSpelling::Kind::text;
                if (const char* name = text_of(die, DW_AT_GNU_template_name))
                    spelling.text = columns_.texts.intern(name);
                break;
            default:
                return;
        }
        is_template_ = true;
        arguments_.push_back(argument);
        spellings_.push_back(spelling);
    }

    // Compilers write a number's lowest bytes, with or without its sign: its type says how many of them count.
    bool read_value(Dwarf_Die& die, TemplateArgument& argument) {
        Dwarf_Attribute attribute;
        Dwarf_Sword value = 0;
        if (dwarf_attr(&die, DW_AT_const_value, &attribute) == nullptr || dwarf_formsdata(&attribute, &value) != 0)
            return false;
        argument.value = value;
        return true;
    }

    const DwarfCensus& census_;
    DwarfUses& uses_;
    TypeColumns& columns_;
    // Of the class that is being read; what it refers to may put rows of its own into the columns meanwhile.
    std::vector<Member> members_;
    std::vector<TemplateArgument> arguments_;
    std::vector<ArgumentSpelling> spellings_;
    bool is_template_ = false;
};

// A class is polymorphic when a base is.
void spread_polymorphism(TypeColumns& columns) {
    constexpr int deepest_hierarchy = 64;
    bool has_changed = true;
    for (int round = 0; round < deepest_hierarchy && has_changed; ++round) {
        has_changed = false;
        for (uint32_t i = 1; i < columns.nominal_end; ++i) {
            DebugType& type = columns.types[i];
            for (uint32_t m = type.members_begin; m < type.members_end && !type.is_polymorphic; ++m) {
                const Member& member = columns.members[m];
                if (!member.is_base || !columns.types[member.type.index()].is_polymorphic) continue;
                type.is_polymorphic = has_changed = true;
            }
        }
    }
}

}  // namespace

void read_classes(const DwarfCensus& census, DwarfUses& uses, TypeColumns& columns) {
    ClassReader reader(census, uses, columns);
    for (size_t id = 1; id <= census.type_count(); ++id) reader.read_outside(DebugTypeId(id));
    for (size_t id = 1; id <= census.type_count(); ++id) reader.read_inside(DebugTypeId(id));
    spread_polymorphism(columns);
}

}  // namespace heapkit::symbols
