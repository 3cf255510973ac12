// SPDX-License-Identifier: MIT
//
// See type_book_builder.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/type_book_builder.h"

namespace heapkit::symbols {
namespace {

bool is_derived(TypeKind kind) {
    return kind == TypeKind::pointer || kind == TypeKind::reference || kind == TypeKind::array ||
           kind == TypeKind::function;
}

}  // namespace

DebugTypeId TypeBookBuilder::add(TypeKind kind, std::string_view name, uint64_t size_bytes, DebugTypeId target) {
    Row row;
    row.type.kind = kind;
    row.type.size_bytes = size_bytes;
    row.type.target = target;
    row.type.is_character = kind == TypeKind::basic && (name == "char" || name == "wchar_t");
    row.name = name;
    rows_.push_back(std::move(row));
    return DebugTypeId(rows_.size() - 1);
}

DebugTypeId TypeBookBuilder::basic(std::string_view name, uint64_t size_bytes) {
    return add(TypeKind::basic, name, size_bytes);
}
DebugTypeId TypeBookBuilder::structure(std::string_view name, uint64_t size_bytes) {
    return add(TypeKind::structure, name, size_bytes);
}
DebugTypeId TypeBookBuilder::union_type(std::string_view name, uint64_t size_bytes) {
    return add(TypeKind::union_, name, size_bytes);
}
DebugTypeId TypeBookBuilder::enumeration(std::string_view name, uint64_t size_bytes) {
    return add(TypeKind::enumeration, name, size_bytes);
}

DebugTypeId TypeBookBuilder::pointer(DebugTypeId target) { return add(TypeKind::pointer, "", 8, target); }
DebugTypeId TypeBookBuilder::reference(DebugTypeId target) { return add(TypeKind::reference, "", 8, target); }

DebugTypeId TypeBookBuilder::array(DebugTypeId element, uint32_t count) {
    const DebugTypeId id = add(TypeKind::array, "", facts(element).size_bytes * count, element);
    facts(id).count = count;
    return id;
}

DebugTypeId TypeBookBuilder::function(DebugTypeId returns, const std::vector<DebugTypeId>& parameters) {
    const DebugTypeId id = add(TypeKind::function, "", 0, returns);
    for (const DebugTypeId parameter : parameters) argument(id, parameter);
    return id;
}

Member& TypeBookBuilder::member(DebugTypeId of_class, std::string_view name, uint64_t offset_bytes, DebugTypeId type) {
    Row& row = rows_[of_class.index()];
    row.member_names.emplace_back(name);
    return row.members.emplace_back(Member{.name = {}, .type = type, .offset_bytes = offset_bytes});
}

Member& TypeBookBuilder::base(DebugTypeId of_class, uint64_t offset_bytes, DebugTypeId type) {
    Member& base = member(of_class, "", offset_bytes, type);
    base.is_base = true;
    facts(of_class).is_polymorphic |= facts(type).is_polymorphic;
    return base;
}

void TypeBookBuilder::vtable_pointer(DebugTypeId of_class) {
    member(of_class, "_vptr." + rows_[of_class.index()].name, 0, pointer({})).is_vtable_pointer = true;
    facts(of_class).is_polymorphic = true;
}

void TypeBookBuilder::argument(DebugTypeId of_template, DebugTypeId type) {
    rows_[of_template.index()].arguments.push_back({.type = type});
}

void TypeBookBuilder::value_argument(DebugTypeId of_template, DebugTypeId type, int64_t value) {
    rows_[of_template.index()].arguments.push_back({.type = type, .is_value = true, .value = value});
}

Variable& TypeBookBuilder::variable(std::string_view name, uint64_t address, DebugTypeId type) {
    variable_names_.emplace_back(name);
    Variable& variable = variables_.emplace_back();
    variable.address = address;
    variable.type = type;
    return variable;
}

FunctionFacts& TypeBookBuilder::method(uint64_t address, DebugTypeId of_class, std::string_view name) {
    function_names_.emplace_back(name);
    function_addresses_.push_back(address);
    FunctionFacts& facts = functions_.emplace_back();
    facts.of_class = of_class;
    return facts;
}

// Nominal types first, derived ones behind; merged() sorts the rest.
TypeBook TypeBookBuilder::book() const {
    TypeColumns columns;
    std::vector<DebugTypeId> id_of(rows_.size());
    std::vector<size_t> order = {0};
    for (const bool wants_derived : {false, true}) {
        for (size_t i = 1; i < rows_.size(); ++i)
            if (is_derived(rows_[i].type.kind) == wants_derived)
                id_of[i] = DebugTypeId(order.size()), order.push_back(i);
        if (!wants_derived) columns.nominal_end = static_cast<uint32_t>(order.size());
    }
    columns.types.clear(), columns.type_texts.clear(), columns.marks.clear();
    for (const size_t i : order) {
        const Row& row = rows_[i];
        DebugType type = row.type;
        type.target = id_of[type.target.index()];
        type.members_begin = static_cast<uint32_t>(columns.members.size());
        for (size_t k = 0; k < row.members.size(); ++k) {
            columns.members.push_back(row.members[k]);
            columns.members.back().name = columns.texts.intern(row.member_names[k]);
            columns.members.back().type = id_of[row.members[k].type.index()];
        }
        type.members_end = static_cast<uint32_t>(columns.members.size());
        type.arguments_begin = static_cast<uint32_t>(columns.arguments.size());
        for (TemplateArgument argument : row.arguments) {
            argument.type = id_of[argument.type.index()];
            columns.arguments.push_back(argument);
        }
        type.arguments_end = static_cast<uint32_t>(columns.arguments.size());
        columns.types.push_back(type);
        columns.type_texts.push_back({columns.texts.intern(row.name), columns.texts.intern(row.file)});
        columns.marks.push_back(row.marks);
    }
    for (size_t i = 0; i < variables_.size(); ++i) {
        columns.variables.push_back(variables_[i]);
        columns.variables.back().name = columns.texts.intern(variable_names_[i]);
        columns.variables.back().type = id_of[variables_[i].type.index()];
    }
    columns.function_addresses = function_addresses_;
    for (size_t i = 0; i < functions_.size(); ++i) {
        columns.functions.push_back(functions_[i]);
        columns.functions.back().name = columns.texts.intern(function_names_[i]);
        columns.functions.back().of_class = id_of[functions_[i].of_class.index()];
    }
    return TypeBook::of(merged({{&columns, ModuleId(), 0}}));
}

}  // namespace heapkit::symbols
