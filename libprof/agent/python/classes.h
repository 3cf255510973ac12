// SPDX-License-Identifier: MIT
//
// What is known of each class: its names, how its objects are walked, and what its slots of C are called.
//
// Side:   agent, floor 4 (python). Child of a snapshot only; of() within a guarded call.
// Memory: some 100 bytes a class and 16 a slot.
#pragma once

#include <prof/format.h>

#include "python/addresses.h"
#include "python/interpreter.h"
#include "python/text.h"
#include "snapshot/growing.h"

namespace prof::python {

using Visit = int (*)(void* object, void* argument);

// A place in an object that holds a reference.
struct Slot {
    int64_t offset;
    uint32_t name;  // string
};

struct Class {
    enum class Kind : uint8_t { other, dict, list, tuple, deque, function, module, klass };
    Address address;
    int (*traverse)(void* object, Visit visit, void* argument);  // null: its objects refer to nothing
    int (*is_gc)(void* object);                                  // null: they all do
    uint64_t flags;                                              // tp_flags
    int64_t basic_bytes;
    uint32_t slots_begin, slots_end;
    Kind kind;
};

class Classes {
   public:
    static constexpr uint32_t none = UINT32_MAX;

    Classes(const Interpreter& python, Texts& texts) noexcept;

    // The number of the class at an address; none: there is no class there. Row i + 1 of the section is class i.
    uint32_t of(Address address) noexcept;
    const Class& at(uint32_t number) const noexcept { return classes_[number]; }
    const Slot* slots() const noexcept { return slots_.data(); }
    uint32_t dunder_class() const noexcept { return dunder_class_; }

    snapshot::Growing<prof_python_type>& rows() noexcept { return rows_; }

   private:
    bool is_class(Address address) const noexcept;
    void name(Address address, prof_python_type& row) noexcept;
    Class::Kind kind_of(Address address, uint64_t flags) const noexcept;
    void add_slot(int64_t offset, const char* name) noexcept;
    void add_slots(Address address, Class::Kind kind) noexcept;

    const Interpreter& python_;
    Texts& texts_;
    snapshot::Growing<Class> classes_;
    snapshot::Growing<prof_python_type> rows_;
    snapshot::Growing<Slot> slots_;
    Addresses number_of_;
    uint32_t dunder_class_;
};

}  // namespace prof::python
