// SPDX-License-Identifier: MIT
//
// See dwarf_types.h: variables, and functions of classes.
//
// Side: heap, floor 3 (symbols).
#include <gelf.h>

#include <string_view>

#include "symbols/dwarf_types.h"
#include "symbols/type_name.h"

namespace heapkit::symbols {
namespace {

const char* integrated_text(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate(&die, name, &attribute) == nullptr ? nullptr : dwarf_formstring(&attribute);
}

// Where a function begins; 0: nowhere. One whose unlikely part lies elsewhere has no entry, only ranges, its own part
// first.
Dwarf_Addr entry_of(Dwarf_Die die) {
    Dwarf_Addr begin = 0, base = 0, end = 0;
    if (dwarf_entrypc(&die, &begin) == 0) return begin;
    return dwarf_ranges(&die, 0, &base, &begin, &end) > 0 ? begin : 0;
}

uint64_t thread_block_of(Dwarf* dwarf) {
    Elf* elf = dwarf_getelf(dwarf);
    size_t count = 0;
    if (elf == nullptr || elf_getphdrnum(elf, &count) != 0) return 0;
    for (size_t i = 0; i < count; ++i) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, static_cast<int>(i), &segment) != nullptr && segment.p_type == PT_TLS)
            return segment.p_vaddr;
    }
    return 0;
}

}  // namespace

void read_variables(const DwarfCensus& census, DwarfUses& uses, uint64_t thread_block, TypeColumns& columns) {
    for (const StaticVariable& found : census.variables()) {
        Dwarf_Die die = found.die;
        const char* name = integrated_text(die, DW_AT_name);
        const auto place = static_place_of(die);
        if (!place || name == nullptr) continue;
        Dwarf_Die declared = origin_of(die);
        uint32_t scope = found.parent;
        if (declared.addr != die.addr && !found.is_in_function) scope = census.entity_around(declared);
        Variable variable;
        variable.is_in_function = found.is_in_function;
        variable.is_static_member = census.entities()[scope].kind == Entity::Kind::type;
        variable.is_thread_local = place->is_thread_local;
        variable.address = place->address;
        // What GNU ld puts into .debug_addr of a thread-local variable is an address, not an offset.
        if (place->is_thread_local && place->is_indexed && place->address >= thread_block)
            variable.address -= thread_block;
        variable.name = columns.texts.intern(prefix_of(census, columns, scope) + name);
        Dwarf_Die typed = having_type(die);
        variable.type = uses.type_of(typed).id;
        // A definition says of its place only what differs from its declaration's.
        const auto line = number_of(die, DW_AT_decl_line);
        variable.line = static_cast<uint32_t>(line ? *line : number_of(declared, DW_AT_decl_line).value_or(0));
        const char* file = file_of(has(die, DW_AT_decl_file) ? die : declared);
        if (file != nullptr) variable.file = columns.texts.intern(file);
        columns.variables.push_back(variable);
    }
}

// "_S_manage<F>": what is generated for one closure has its class.
DebugTypeId first_argument_of(Dwarf_Die& function, DwarfUses& uses) {
    DebugTypeId argument;
    for_each_child(function, [&](Dwarf_Die& child) {
        if (dwarf_tag(&child) != DW_TAG_template_type_parameter) return true;
        argument = uses.type_of(child).id;
        return false;
    });
    return argument;
}

void read_functions(const DwarfCensus& census, DwarfUses& uses, TypeColumns& columns) {
    for (Dwarf_Die die : census.functions()) {
        const Dwarf_Addr begin = entry_of(die);
        if (begin == 0) continue;
        Dwarf_Die declared = origin_of(die);
        const Entity& scope = census.entities()[census.entity_around(declared)];
        const char* name = text_of(declared, DW_AT_name);
        if (scope.kind != Entity::Kind::type || name == nullptr) continue;
        FunctionFacts facts;
        facts.of_class = scope.type;
        facts.name = columns.texts.intern(name);
        facts.is_destructor = name[0] == '~';
        facts.is_constructor = name == own_name_of(columns.texts.text(columns.type_texts[scope.type.index()].name));
        if (std::string_view(name).ends_with('>')) facts.argument = first_argument_of(declared, uses);
        columns.function_addresses.push_back(begin);
        columns.functions.push_back(facts);
    }
}

DwarfTypes::DwarfTypes(Dwarf* dwarf) {
    census.add(dwarf);
    census.finish();
    const size_t nominal = census.type_count() + 1;
    columns.nominal_end = static_cast<uint32_t>(nominal);
    columns.types.resize(nominal);
    columns.type_texts.resize(nominal);
    columns.marks.resize(nominal);
    read_classes(census, uses, columns);
    // Those of call sites and of running functions' variables are then in the book.
    for (const Dwarf_Die& type : census.used()) uses.resolve(type);
    spell_names(census, uses.spellings(), columns);
    read_variables(census, uses, thread_block_of(dwarf), columns);
    read_functions(census, uses, columns);
    fill_arguments_from_names(columns);
}

}  // namespace heapkit::symbols
