// SPDX-License-Identifier: MIT
//
// Writes a type book by hand, for what a program declared itself (declared_book.h), and for tests:
//
//     TypeBookBuilder build;
//     const auto integer = build.basic("int", 4);
//     const auto session = build.structure("Session", 24);
//     build.member(session, "next", 0, build.pointer(session));
//     build.member(session, "age", 8, integer);
//     build.variable("sessions", 0x404000, build.pointer(session));
//     const TypeBook book = build.book();
//
// Side:    heap, floor 3 (symbols).
// Ids that it gives are good until book(), which gives types their final ones: find() them there by name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "symbols/type_book.h"
#include "symbols/type_columns.h"

namespace heapkit::symbols {

class TypeBookBuilder {
   public:
    // Nominal types: with their canonical names.
    DebugTypeId basic(std::string_view name, uint64_t size_bytes);
    DebugTypeId structure(std::string_view name, uint64_t size_bytes);
    DebugTypeId union_type(std::string_view name, uint64_t size_bytes);
    DebugTypeId enumeration(std::string_view name, uint64_t size_bytes);
    // Further facts of a type: is_closure, line, …; sizes, members and arguments have calls of their own.
    DebugType& facts(DebugTypeId id) { return rows_[id.index()].type; }
    void mark(DebugTypeId id, uint8_t marks) { rows_[id.index()].marks = marks; }  // TypeMark
    const std::string& name(DebugTypeId id) const { return rows_[id.index()].name; }
    bool is_empty(DebugTypeId id) const { return rows_[id.index()].members.empty(); }
    void file(DebugTypeId id, std::string_view file) { rows_[id.index()].file = file; }

    // Derived types; `DebugTypeId()` is void.
    DebugTypeId pointer(DebugTypeId target);
    DebugTypeId reference(DebugTypeId target);
    DebugTypeId array(DebugTypeId element, uint32_t count);
    DebugTypeId function(DebugTypeId returns, const std::vector<DebugTypeId>& parameters = {});

    Member& member(DebugTypeId of_class, std::string_view name, uint64_t offset_bytes, DebugTypeId type);
    Member& base(DebugTypeId of_class, uint64_t offset_bytes, DebugTypeId type);
    void vtable_pointer(DebugTypeId of_class);  // at 0; the class is polymorphic
    void argument(DebugTypeId of_template, DebugTypeId type);
    void value_argument(DebugTypeId of_template, DebugTypeId type, int64_t value);

    // Addresses are run-time ones; of a thread-local variable the offset in its module's block.
    Variable& variable(std::string_view name, uint64_t address, DebugTypeId type);
    FunctionFacts& method(uint64_t address, DebugTypeId of_class, std::string_view name);

    TypeBook book() const;

   private:
    struct Row {
        DebugType type;
        uint8_t marks = 0;
        std::string name, file;
        std::vector<Member> members;
        std::vector<std::string> member_names;
        std::vector<TemplateArgument> arguments;
    };
    DebugTypeId add(TypeKind kind, std::string_view name, uint64_t size_bytes, DebugTypeId target = {});

    std::vector<Row> rows_ = std::vector<Row>(1);
    std::vector<Variable> variables_;
    std::vector<std::string> variable_names_;
    std::vector<FunctionFacts> functions_;
    std::vector<std::string> function_names_;
    std::vector<uint64_t> function_addresses_;
};

}  // namespace heapkit::symbols
