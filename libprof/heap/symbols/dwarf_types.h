// SPDX-License-Identifier: MIT
//
// From the entities of a file's debug information to TypeColumns: what each DIE of a type means, what is in each class,
// and what each is called.
//
// Side:    heap, floor 3 (symbols). Included by dwarf_*.cpp alone.
// Memory:  while a file is read: 16 bytes a DIE that was asked about.
#pragma once

#include <string>
#include <vector>

#include "symbols/dwarf_census.h"

namespace heapkit::symbols {

// A type as it is used: `marks` has mark_const and mark_volatile.
struct TypeUse {
    DebugTypeId id;
    uint8_t marks = 0;
};

// What one template argument is spelled from.
struct ArgumentSpelling {
    enum class Kind : uint8_t { type, value, text };  // text: as the template's own name has it
    Kind kind = Kind::type;
    uint8_t marks = 0;
    StringId text;  // of a template: its name
};

// DIEs of types to ids. Nominal ones were counted by the census; derived ones are made when first asked for.
class DwarfUses {
   public:
    DwarfUses(const DwarfCensus& census, TypeColumns& columns) : census_(census), columns_(columns) {}

    TypeUse type_of(Dwarf_Die& die) { return attribute_of(die, DW_AT_type, 0); }
    TypeUse resolve(Dwarf_Die die) { return resolve(die, 0); }
    std::vector<ArgumentSpelling>& spellings() noexcept { return spellings_; }  // as columns.arguments

   private:
    TypeUse attribute_of(Dwarf_Die& die, unsigned name, int depth);
    TypeUse resolve(Dwarf_Die die, int depth);
    DebugTypeId derived(Dwarf_Die& die, int depth);
    DebugTypeId array(Dwarf_Die& die, int depth);
    DebugTypeId function(Dwarf_Die& die, int depth);
    DebugTypeId intern(DebugType type, uint8_t marks, const std::vector<TypeUse>& arguments = {});

    const DwarfCensus& census_;
    TypeColumns& columns_;
    FlatMap use_of_die_;  // id and marks in one
    FlatMap derived_of_key_;
    std::vector<ArgumentSpelling> spellings_;
};

// Size, members, bases and template arguments of all nominal types.
void read_classes(const DwarfCensus& census, DwarfUses& uses, TypeColumns& columns);
// Their canonical names; then the arguments of templates whose debug information has none.
void spell_names(const DwarfCensus& census, const std::vector<ArgumentSpelling>& spellings, TypeColumns& columns);
void fill_arguments_from_names(TypeColumns& columns);
// Variables that live as long as the program (`thread_block`: address of the segment of thread-local ones), and
// functions that belong to classes.
void read_variables(const DwarfCensus& census, DwarfUses& uses, uint64_t thread_block, TypeColumns& columns);
void read_functions(const DwarfCensus& census, TypeColumns& columns);

// "f<int>(int)" of a function's linkage name: as a name of something inside it begins.
std::string scope_name_of_function(const char* linkage, const char* name);
// "namespace::Class::" of what is inside entity `index`.
std::string prefix_of(const DwarfCensus& census, const TypeColumns& columns, uint32_t index);

// All of the above for one file. Never fails: what is damaged is left out.
struct DwarfTypes {
    explicit DwarfTypes(Dwarf* dwarf);
    DwarfTypes(const DwarfTypes&) = delete;
    DwarfTypes& operator=(const DwarfTypes&) = delete;

    TypeColumns columns;
    DwarfCensus census;
    DwarfUses uses{census, columns};
};

}  // namespace heapkit::symbols
