// SPDX-License-Identifier: MIT
//
// What the references of an object are called: attributes, keys, elements, slots.
//
// Side: agent, floor 4 (python). Child of a snapshot only; within a guarded call.
//
// tp_traverse says which objects, and in which order, but not from where. So the places that have names are read, in
// the order in which tp_traverse goes through them, and each visited object takes the next place that holds it.
#pragma once

#include "python/walk.h"

namespace prof::python {

struct Label {
    Address target;
    uint32_t name;  // of a prof_python_reference
};

constexpr uint32_t name_of(prof_python_name_kind kind, uint32_t value) noexcept {
    return value >> (32 - PROF_PYTHON_NAME_BITS) != 0 ? uint32_t{PROF_PYTHON_UNNAMED}
                                                      : value << PROF_PYTHON_NAME_BITS | kind;
}

// The places of an object that hold something.
void list_labels(Walk& walk, Address object, const Class& its, Growing<Label>& labels) noexcept;

// What the value of this key is called.
uint32_t key_name(Walk& walk, Address key) noexcept;

// What a function, a class or a module is called, "handle.<locals>.<lambda> app.py:57"; otherwise 0.
uint32_t text_of(Walk& walk, Address object, const Class& its) noexcept;

// Gives names to what was visited, in order.
class Matcher {
   public:
    explicit Matcher(Growing<Label>& labels) noexcept : labels_(labels) {}
    uint32_t name_for(Address target) noexcept;

   private:
    Growing<Label>& labels_;
    size_t next_ = 0;
};

}  // namespace prof::python
