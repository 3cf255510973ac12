// SPDX-License-Identifier: MIT
//
// Classes of C and of Python. Side: agent, floor 4 (python). See classes.h.
//
// A class of Python, and one that a module makes from a specification, says its qualified name and keeps its module in
// its dict. A static one of C has "module.Name" as its only name.
#include "python/classes.h"

#include "base/text.h"
#include "python/memory.h"

namespace prof::python {

namespace {

// PyMemberDef
enum : uint16_t { member_name = 0, member_type = 8, member_offset = 16, member_bytes = 40 };
enum : int { member_is_object = 6, member_is_object_or_missing = 16 };
constexpr int most_members = 1024, most_bases = 64;

// What has a name in Python, but is no member that C lists.
struct Known {
    Class::Kind kind;
    uint16_t offset;
    const char* name;
};
constexpr Known known_slots[] = {
    {Class::Kind::module, md_dict, "__dict__"},  {Class::Kind::klass, tp_dict, "__dict__"},
    {Class::Kind::klass, tp_bases, "__bases__"}, {Class::Kind::klass, tp_mro, "__mro__"},
    {Class::Kind::klass, tp_base, "__base__"},   {Class::Kind::klass, tp_subclasses, "__subclasses__"},
    {Class::Kind::klass, tp_cache, "tp_cache"},
};
// By the name of the class, for those that are not exported or rarely asked for.
struct KnownByName {
    const char* type;
    uint16_t offset;
    const char* name;
};
constexpr KnownByName known_by_name[] = {
    {"cell", cell_contents, "cell_contents"},
    {"builtin_function_or_method", 24, "__self__"},
    {"builtin_function_or_method", 32, "__module__"},
    {"method", 16, "__func__"},
    {"method", 24, "__self__"},
    {"weakref", 24, "__callback__"},
    {"weakref.ReferenceType", 24, "__callback__"},
    {"staticmethod", 16, "__func__"},
    {"classmethod", 16, "__func__"},
};

size_t length_of(const char* text) noexcept { return __builtin_strlen(text); }

}  // namespace

Classes::Classes(const Interpreter& python, Texts& texts) noexcept : python_(python), texts_(texts) {
    const prof_python_type unknown{
        .name = texts_.of_characters("unknown", 7), .module = 0, .object = PROF_PYTHON_NONE, .flags = 0};
    rows_.push(unknown);
    dunder_class_ = texts_.of_characters("__class__", 9);
}

bool Classes::is_class(Address address) const noexcept {
    if (address == 0 || address % sizeof(void*) != 0) return false;
    const Address metaclass = type_of(address);
    return metaclass != 0 && metaclass % sizeof(void*) == 0 &&
           (read<uint64_t>(metaclass + tp_flags) & flag_is_class) != 0;
}

uint32_t Classes::of(Address address) noexcept {
    if (const uint32_t known = number_of_.find(address); known != Addresses::none) return known;
    if (!is_class(address)) return none;
    Class made{};
    made.address = address;
    made.flags = read<uint64_t>(address + tp_flags);
    made.traverse = read<decltype(made.traverse)>(address + tp_traverse);
    made.is_gc = read<decltype(made.is_gc)>(address + tp_is_gc);
    if ((made.flags & flag_has_collector_head) == 0) made.traverse = nullptr;
    made.basic_bytes = read<int64_t>(address + tp_basicsize);
    made.kind = kind_of(address, made.flags);
    prof_python_type row{.name = 0, .module = 0, .object = PROF_PYTHON_NONE, .flags = 0};
    name(address, row);
    if (made.kind == Class::Kind::dict) row.flags |= PROF_PYTHON_IS_DICT;
    if (made.kind == Class::Kind::list) row.flags |= PROF_PYTHON_IS_LIST;
    if (made.kind == Class::Kind::tuple) row.flags |= PROF_PYTHON_IS_TUPLE;
    if ((made.flags & flag_heap_type) == 0) row.flags |= PROF_PYTHON_IS_STATIC;
    made.slots_begin = static_cast<uint32_t>(slots_.size());
    add_slots(address, made.kind);
    made.slots_end = static_cast<uint32_t>(slots_.size());
    const auto number = static_cast<uint32_t>(classes_.size());
    if (!classes_.push(made) || !rows_.push(row)) return none;
    return number_of_.add(address, number);
}

Class::Kind Classes::kind_of(Address address, uint64_t flags) const noexcept {
    if ((flags & flag_is_dict) != 0) return Class::Kind::dict;
    if ((flags & flag_is_list) != 0) return Class::Kind::list;
    if ((flags & flag_is_tuple) != 0) return Class::Kind::tuple;
    if ((flags & flag_is_class) != 0) return Class::Kind::klass;
    if (address == python_.function_type) return Class::Kind::function;
    int bases = 0;
    for (Address at = address; at != 0 && bases < most_bases; at = pointer_at(at + tp_base), ++bases) {
        if (at == python_.module_type) return Class::Kind::module;
        const char* called = read<const char*>(at + tp_name);
        if (called != nullptr && same_text(called, "collections.deque")) return Class::Kind::deque;
    }
    return Class::Kind::other;
}

void Classes::name(Address address, prof_python_type& row) noexcept {
    if ((read<uint64_t>(address + tp_flags) & flag_heap_type) != 0) {
        row.name = texts_.of(pointer_at(address + python_.layout->ht_qualname));
        intptr_t position = 0;
        void *key, *value;
        const Address dict = pointer_at(address + tp_dict);
        constexpr int most_attributes = 4096;
        for (int i = 0; dict != 0 && i < most_attributes; ++i) {
            if (python_.next_item(reinterpret_cast<void*>(dict), &position, &key, &value) == 0) break;
            char text[Texts::most_bytes];
            const size_t length = texts_.append(reinterpret_cast<Address>(key), text, 0);
            if (length != 10 || __builtin_memcmp(text, "__module__", 10) != 0) continue;
            row.module = texts_.of(reinterpret_cast<Address>(value));
            break;
        }
    }
    if (row.name != 0 && row.module != 0) return;
    const char* const whole = read<const char*>(address + tp_name);
    const size_t length = length_of(whole);
    size_t dot = length;
    while (dot > 0 && whole[dot - 1] != '.') --dot;
    if (row.name == 0) row.name = texts_.of_characters(whole + dot, length - dot);
    if (row.module == 0)
        row.module = dot == 0 ? texts_.of_characters("builtins", 8) : texts_.of_characters(whole, dot - 1);
}

void Classes::add_slot(int64_t offset, const char* name) noexcept {
    slots_.push({.offset = offset, .name = texts_.of_characters(name, length_of(name))});
}

void Classes::add_slots(Address address, Class::Kind kind) noexcept {
    int bases = 0;
    for (Address at = address; at != 0 && bases < most_bases; at = pointer_at(at + tp_base), ++bases) {
        Address member = pointer_at(at + tp_members);
        for (int i = 0; member != 0 && i < most_members; ++i, member += member_bytes) {
            const char* const called = read<const char*>(member + member_name);
            if (called == nullptr) break;
            const int type = read<int>(member + member_type);
            if (type == member_is_object || type == member_is_object_or_missing)
                add_slot(read<int64_t>(member + member_offset), called);
        }
    }
    if (const auto dict = read<int64_t>(address + tp_dictoffset); dict > 0) add_slot(dict, "__dict__");
    for (const Known& one : known_slots) {
        if (one.kind == kind) add_slot(one.offset, one.name);
    }
    if (kind == Class::Kind::function) {
        add_slot(python_.layout->func_code, "__code__");
        add_slot(python_.layout->func_name, "__name__");
        add_slot(python_.layout->func_qualname, "__qualname__");
        add_slot(python_.layout->func_defaults, "__defaults__");
        add_slot(python_.layout->func_defaults + 8, "__kwdefaults__");
        add_slot(python_.layout->func_annotations, "__annotations__");
    }
    const char* const whole = read<const char*>(address + tp_name);
    for (const KnownByName& one : known_by_name) {
        if (same_text(one.type, whole)) add_slot(one.offset, one.name);
    }
}

}  // namespace prof::python
