// SPDX-License-Identifier: MIT
//
// The CPython interpreter of this process: its functions and objects that have names, and its layouts.
//
// Side:    agent, floor 4 (python). Found by the program's threads, used in the child of a snapshot.
// Why not Python.h: one binary serves 3.8 to 3.13, linked into the executable or a library, and a program that is not
//          Python must not be asked for anything.
#pragma once

#include <cstddef>
#include <cstdint>

#include "python/layout.h"

namespace prof::python {

// What lives at an address of the interpreter's; 0: nothing.
using Address = uintptr_t;

struct Interpreter {
    int (*is_initialized)();
    int (*is_finalizing)();  // null: it does not say
    void* (*main_interpreter)();
    void* (*first_interpreter)();
    void* (*next_interpreter)(void* interpreter);
    void* (*first_thread)(void* interpreter);
    void* (*next_thread)(void* thread);
    // Reads alone: no reference counts, no allocation.
    int (*next_item)(void* dict, intptr_t* position, void** key, void** value);
    int (*line_of)(void* code, int offset_bytes);
    Address runtime;
    Address type_type, dict_type, list_type, tuple_type, string_type, int_type, module_type, function_type, cell_type,
        code_type;
    uint32_t version;      // PY_VERSION_HEX
    const Layout* layout;  // null: its layouts are not known
};

// Looks for one among the loaded modules; takes the dynamic linker's lock. null: there is none. Once found it is
// remembered.
const Interpreter* find_interpreter() noexcept;
const Interpreter* known_interpreter() noexcept;

}  // namespace prof::python
