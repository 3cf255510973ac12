// SPDX-License-Identifier: MIT
//
// The types of a program as its debug information has them, of all modules together, and what else it declared itself:
// classes with their members, global variables, and which class a function belongs to. Flat columns joined by
// DebugTypeId.
//
// Side:    heap, floor 3 (symbols). libdw stays behind this header; so does the cache by build-id.
// Threads: built by one thread, const afterwards.
// Memory:  40 bytes a type, 24 a member; a class that many compile units repeat is kept once.
//
// Typedefs, const and volatile are seen through: what is asked is what lies in memory. A class without a name that a
// typedef names has the typedef's name.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "read/snapshot.h"
#include "symbols/frames.h"

namespace heapkit::symbols {

struct TypeColumns;  // type_columns.h

using DebugTypeId = Id<struct DebugTypeTag>;  // 0: void, or not known

enum class TypeKind : uint8_t {
    unknown,         // type 0, and what DWARF only declares
    basic,           // int, bool, double, char
    pointer,         // to `target`
    reference,       // to `target`; & and &&
    member_pointer,  // to a member of a class: no address
    array,           // `count` of `target`; count 0: not known, or a flexible array member
    structure,       // struct or class
    union_,
    enumeration,
    function,  // what a function pointer points at
};

struct DebugType {
    TypeKind kind = TypeKind::unknown;
    bool is_polymorphic = false;  // has a vtable pointer, its own or a base's
    bool is_closure = false;      // a lambda's class
    bool is_declared_only = false;
    bool is_character = false;  // basic: char, wchar_t, char8_t, …
    uint64_t size_bytes = 0;
    uint32_t count = 0;  // array: elements
    uint32_t line = 0;   // where it is declared; 0 where DWARF does not say
    DebugTypeId target;  // pointer, reference, array
    uint32_t members_begin = 0, members_end = 0;
    uint32_t arguments_begin = 0, arguments_end = 0;
};

struct Member {
    StringId name;  // "" for bases and unnamed structs and unions
    DebugTypeId type;
    uint64_t offset_bytes = 0;  // in the class; of a virtual base 0: only its vtable knows
    bool is_base = false, is_virtual_base = false;
    bool is_bit_field = false;
    bool is_vtable_pointer = false;
};

// Of a class template: std::vector<Document, std::allocator<Document>> has two. Packs are spread out.
struct TemplateArgument {
    DebugTypeId type;  // of the value, where it is one
    bool is_value = false;
    int64_t value = 0;  // where it is an integer
};

// A variable that lives as long as the program, or a thread: globals, static members, statics in functions.
struct Variable {
    StringId name;  // qualified: "EventBus::handlers_", "instance()::registry" for a static of a function
    StringId file;
    uint32_t line = 0;
    ModuleId module;
    DebugTypeId type;
    bool is_thread_local = false;
    bool is_static_member = false;
    bool is_in_function = false;
    uint64_t address = 0;  // at run time; of a thread-local one the offset in its module's block
};

// A member function of a class that begins at an address.
struct FunctionFacts {
    StringId name;  // its own: "close", "~Session"
    DebugTypeId of_class;
    DebugTypeId argument;  // of a member template its first argument, where that is a type
    bool is_constructor = false, is_destructor = false;
};

class TypeBook {
   public:
    // Of the modules of `snapshot` that have debug information. Never fails: a module whose debug information is absent
    // or damaged has no types, and Frames::modules() says why.
    static TypeBook load(const read::Snapshot& snapshot, const Options& options);

    static TypeBook of(TypeColumns columns);
    const TypeColumns& columns() const noexcept;  // for symbols/ alone

    TypeBook(TypeBook&&) noexcept;
    TypeBook& operator=(TypeBook&&) noexcept;
    ~TypeBook();

    size_t count() const noexcept;
    const DebugType& type(DebugTypeId id) const noexcept;
    std::span<const Member> members(DebugTypeId id) const noexcept;
    std::span<const TemplateArgument> arguments(DebugTypeId id) const noexcept;
    std::string_view text(StringId id) const noexcept;

    // Full and canonical, spelled as the demangler spells it, so that names out of RTTI, symbols and DWARF compare
    // equal: "std::vector<Document, std::allocator<Document> >", "unsigned long", "char const*" for pointers. A closure
    // is "lambda in handle_request(int) server.cpp:41".
    std::string name(DebugTypeId id) const;
    std::string_view file(DebugTypeId id) const noexcept;  // where a class is declared

    // The definition of a class, union or basic type by its canonical name; 0 when there is none.
    DebugTypeId find(std::string_view canonical_name) const;
    // The pointer-to-T, for those who need to speak of one; 0 when the program has none.
    DebugTypeId pointer_to(DebugTypeId id) const noexcept;

    // Debug information does not have it: the program declared it, or said of a field that it is one.
    bool is_by_program(DebugTypeId id) const noexcept;

    std::span<const Variable> variables() const noexcept;          // ascending by address, thread-locals last
    const Variable* variable_at(uint64_t address) const noexcept;  // that covers a run-time address
    const Variable* thread_local_at(ModuleId module, uint64_t offset) const noexcept;

    // The member function that begins at a run-time address, as a vtable's slots and closures' managers have it.
    const FunctionFacts* function_at(uint64_t address) const noexcept;

   private:
    struct State;
    explicit TypeBook(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::symbols
