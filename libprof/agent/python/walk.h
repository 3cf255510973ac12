// SPDX-License-Identifier: MIT
//
// All objects of an interpreter and who refers to whom: the collector's lists first, then what tp_traverse reaches.
//
// Side:    agent, floor 4 (python).
// Threads: the child of a snapshot, which has one and is a copy: no object changes, and nobody's lock is needed.
// Memory:  about 50 bytes an object, 8 a reference.
//
// Nothing of the interpreter is called but functions that only read: tp_traverse and tp_is_gc of classes, PyDict_Next,
// PyCode_Addr2Line. None allocates, counts a reference, or asks which thread it is in. So it does not matter who holds
// the interpreter's lock, what a thread was in the middle of, or whether a call of C has held the lock for a minute. An
// object that was being changed at that instant may lead astray; each is read in a guarded call of its own.
#pragma once

#include <prof/format.h>

#include "python/addresses.h"
#include "python/classes.h"
#include "python/interpreter.h"
#include "python/text.h"
#include "snapshot/clock.h"
#include "snapshot/growing.h"
#include "snapshot/writer.h"

namespace prof::python {

using snapshot::Growing;

struct Walk {
    Walk(const Interpreter& python_, snapshot::Writer& writer_) noexcept
        : python(python_), writer(writer_), texts(python_, writer_.strings), classes(python_, texts) {}

    const Interpreter& python;
    snapshot::Writer& writer;
    Texts texts;
    Classes classes;
    Growing<prof_python_object> objects;
    Growing<uint32_t> class_of;  // of each object, in `classes`
    Addresses object_at;
    Growing<prof_python_reference> references;
    Growing<prof_python_root> roots;
    Growing<prof_python_reference> root_references;  // moved behind the others in the end
    uint64_t damaged = 0;
    bool is_collecting = false, is_cut = false;

    // The row of the object at this address, which is made when it is new. PROF_PYTHON_NONE: there is no room, or what
    // is there has no class.
    uint32_t object(Address address) noexcept;
};

// Puts in what the collector tracks. False: its lists were not found.
bool list_tracked(Walk& walk) noexcept;
// What the interpreter's modules and threads refer to; before follow(). roots.cpp.
void list_roots(Walk& walk) noexcept;
// Follows every object that is there, until there is no new one.
void follow(Walk& walk) noexcept;

}  // namespace prof::python
