// SPDX-License-Identifier: MIT
//
// Where CPython keeps what no function of it says: offsets in bytes, by version.
//
// Side:   agent, floor 4 (python).
// Source: offsetof() in programs compiled against the headers of 3.8.18, 3.9.18, 3.10.13, 3.11.2, 3.11.7, 3.12.1 and
//         3.13.0, release builds for x86-64. What is equal in all of them stands in memory.h.
#pragma once

#include <cstdint>

namespace prof::python {

// Where an instance keeps the values of its attributes, besides a dict.
enum class Inline : uint8_t {
    none,           // to 3.10: it has a dict
    before,         // 3.11: the address of them stands 32 bytes before the object
    before_tagged,  // 3.12: 24 bytes before, with the lowest bit set while they are not in a dict
    behind          // 3.13: they follow the object's own fields
};

struct Layout {
    uint32_t version;  // PY_VERSION_HEX >> 16
    // _PyRuntimeState: the thread that shuts the interpreter down
    uint16_t finalizing;
    // PyInterpreterState
    uint16_t modules;
    // PyThreadState
    uint16_t frame;      // to 3.10 a PyFrameObject, then a _PyCFrame, from 3.13 on a _PyInterpreterFrame
    uint16_t thread_id;  // pthread_self()
    // PyFrameObject, _PyInterpreterFrame
    uint16_t current_frame;  // of the _PyCFrame; UINT16_MAX: there is none
    uint16_t previous, code, instruction, owner, locals;
    uint16_t lasti_unit;  // bytes; 0: the instruction is an address
    // PyCodeObject
    uint16_t co_name, co_qualname, co_filename, co_firstlineno, co_code;
    uint16_t co_varnames;               // from 3.11 on co_localsplusnames
    uint16_t co_cellvars, co_freevars;  // 0: among the above
    uint16_t co_nlocals, co_nlocalsplus, co_nfreevars;
    // PyFunctionObject
    uint16_t func_code, func_defaults, func_annotations, func_name, func_qualname;
    // PyHeapTypeObject
    uint16_t ht_qualname, ht_cached_keys;
    uint16_t string_bytes, wide_string_bytes;  // sizeof PyASCIIObject, PyCompactUnicodeObject
    Inline values;
    uint32_t arena_bytes;  // of pymalloc
};

// null: it is none of those above.
const Layout* layout_of(uint32_t version) noexcept;

}  // namespace prof::python
