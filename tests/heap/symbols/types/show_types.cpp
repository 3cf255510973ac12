// SPDX-License-Identifier: MIT
//
// Shows the types of a binary as the type book has them, for eyes: show_types FILE TEXT prints the layout of each class
// whose name has TEXT in it, as pahole does, and the variables of such types. Not a test; built when asked for.
//
// Side: tests.
#include <fmt/core.h>

#include "zoo.h"

using namespace heapkit;
using namespace heapkit::symbols;

namespace {

void show_class(const TypeBook& book, DebugTypeId id) {
    const DebugType& type = book.type(id);
    fmt::print("{} {{  // {} bytes, {}:{}{}{}\n", book.name(id), type.size_bytes, book.file(id), type.line,
               type.is_polymorphic ? ", polymorphic" : "", type.is_declared_only ? ", declared only" : "");
    for (const TemplateArgument& argument : book.arguments(id))
        fmt::print("      < {} {}\n", book.name(argument.type),
                   argument.is_value ? std::to_string(argument.value) : "");
    for (const Member& member : book.members(id))
        fmt::print("{:5} {} {}{}{}\n", member.offset_bytes, book.name(member.type), book.text(member.name),
                   member.is_virtual_base ? "virtual base"
                   : member.is_base       ? "base"
                                          : "",
                   member.is_bit_field ? " : bits" : "");
    fmt::print("}}\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return fmt::print("usage: show_types FILE TEXT\n"), 2;
    const TypeBook book = tests::Zoo::load(argv[1], false);
    const std::string wanted = argv[2];
    for (size_t i = 1; i < book.count(); ++i) {
        const DebugTypeId id(i);
        const TypeKind kind = book.type(id).kind;
        const bool is_class = kind == TypeKind::structure || kind == TypeKind::union_;
        if (is_class && book.name(id).find(wanted) != std::string::npos) show_class(book, id);
    }
    for (const Variable& variable : book.variables())
        if (book.name(variable.type).find(wanted) != std::string::npos)
            fmt::print("{:#x} {} {} {}:{}{}\n", variable.address, book.name(variable.type), book.text(variable.name),
                       book.text(variable.file), variable.line, variable.is_thread_local ? " thread-local" : "");
}
