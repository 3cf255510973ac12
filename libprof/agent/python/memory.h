// SPDX-License-Identifier: MIT
//
// Reading the interpreter's structs, with the offsets that all versions from 3.8 to 3.13 share (layout.h has the
// others).
//
// Side: agent, floor 4 (python). Child of a snapshot only, within a guarded call: what is read may not be there.
#pragma once

#include <cstdint>

#include "python/interpreter.h"

namespace prof::python {

template <class T>
T read(Address at) noexcept {
    T value;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(at), sizeof value);
    return value;
}
inline Address pointer_at(Address at) noexcept { return read<Address>(at); }

// PyObject, PyVarObject
enum : uint16_t { ob_refcnt = 0, ob_type = 8, ob_size = 16, ob_item = 24 };
inline Address type_of(Address object) noexcept { return pointer_at(object + ob_type); }

// PyTypeObject
enum : uint16_t {
    tp_name = 24,
    tp_basicsize = 32,
    tp_flags = 168,
    tp_traverse = 184,
    tp_members = 240,
    tp_base = 256,
    tp_dict = 264,
    tp_dictoffset = 288,
    tp_is_gc = 328,
    tp_bases = 336,
    tp_mro = 344,
    tp_cache = 352,
    tp_subclasses = 360
};
enum : uint64_t {
    flag_inline_values = 1 << 2,  // 3.13
    flag_managed_dict = 1 << 4,   // 3.11: it has a dict or values before it
    flag_heap_type = 1 << 9,
    flag_has_collector_head = 1 << 14,
    flag_is_list = 1 << 25,
    flag_is_tuple = 1 << 26,
    flag_is_string = 1 << 28,
    flag_is_dict = 1 << 29,
    flag_is_class = uint64_t{1} << 31
};

// PyGC_Head, before each object that the collector knows
enum : uint16_t { gc_head_bytes = 16, gc_next = 0, gc_previous = 8 };
enum : uint64_t { gc_flags = 3 };  // in the low bits of both

// PyTupleObject and PyListObject: how many, and where the first one stands.
inline intptr_t count_of(Address object) noexcept { return read<intptr_t>(object + ob_size); }
inline Address items_of_tuple(Address tuple) noexcept { return tuple + ob_item; }
inline Address items_of_list(Address list) noexcept { return pointer_at(list + ob_item); }

// PyCellObject, PyModuleObject
enum : uint16_t { cell_contents = 16, md_dict = 16, md_name = 48 };

}  // namespace prof::python
