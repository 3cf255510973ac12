// SPDX-License-Identifier: MIT
//
// The types, variables and functions of one module, or of all: the currency between DWARF, the cache, the merging of
// modules and TypeBook.
//
// Side:   heap, floor 3 (symbols). Plain data, joined by DebugTypeId.
// Memory: as type_book.h says.
//
//     types   0          unknown
//             1 … n-1    nominal: they have a name of their own (classes, unions, enumerations, basic types)
//             n …        derived: pointers, arrays, functions. Whatever they are made of is nominal or stands before
//                        them, so that following a derived type always ends
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "symbols/texts.h"
#include "symbols/type_book.h"

namespace heapkit::symbols {

// What a type's spelling needs beside DebugType.
enum TypeMark : uint8_t {
    mark_const = 1,       // derived: the target is const
    mark_volatile = 2,    // derived: the target is volatile
    mark_rvalue = 4,      // reference: &&
    mark_variadic = 8,    // function: its parameters end in ...
    mark_unit_only = 16,  // nominal: another unit may have another type of this name (C, unnamed namespaces)
    mark_template = 32,   // nominal: an instance of a template, even if it has no arguments
    mark_by_program = 64  // nominal: debug information has none, the program said so (declared_book.h)
};

struct TypeText {
    StringId name;  // canonical; of nominal types only
    StringId file;
};

struct TypeColumns {
    Texts texts;
    uint32_t nominal_end = 1;
    std::vector<DebugType> types = std::vector<DebugType>(1);
    std::vector<TypeText> type_texts = std::vector<TypeText>(1);
    std::vector<uint8_t> marks = std::vector<uint8_t>(1);
    std::vector<Member> members;
    std::vector<TemplateArgument> arguments;  // of functions: the parameters; of a member pointer: the class
    std::vector<Variable> variables;          // of a module: addresses as in its file
    std::vector<uint64_t> function_addresses;
    std::vector<FunctionFacts> functions;

    bool is_nominal(DebugTypeId id) const noexcept { return id.value < nominal_end; }
    bool is_of_class(DebugTypeId id) const noexcept {
        const TypeKind kind = types[id.index()].kind;
        return kind == TypeKind::structure || kind == TypeKind::union_;
    }
};

// The canonical name of any type. `marks`: mark_const and mark_volatile of the type itself.
std::string spelled(const TypeColumns& columns, DebugTypeId id, uint8_t marks = 0);

// All columns in one: each class once, what is declared only replaced by its definition when there is one, variables
// and functions ascending by address. Members, arguments and texts that nothing needs any more are dropped.
struct ModuleColumns {
    const TypeColumns* columns;
    ModuleId module;
    uint64_t bias = 0;
};
TypeColumns merged(const std::vector<ModuleColumns>& modules);

// Which type of `into` each type of `from` is; 0 where it has none.
std::vector<DebugTypeId> translated(const TypeColumns& from, const TypeColumns& into);

// What makes two nominal types one, and two derived ones. `ids`: of the types that `columns` refers to, by its own.
uint64_t definition_key(const TypeColumns& columns, size_t type);
template <typename Mapped>
uint64_t derived_key(const TypeColumns& columns, size_t index, Mapped mapped) {
    const DebugType& type = columns.types[index];
    uint64_t key = mixed(static_cast<uint64_t>(type.kind) << 8 | columns.marks[index],
                         mixed(mapped(type.target), mixed(type.count, type.size_bytes)));
    for (uint32_t i = type.arguments_begin; i < type.arguments_end; ++i)
        key = mixed(key, mapped(columns.arguments[i].type));
    return key;
}

}  // namespace heapkit::symbols
