// SPDX-License-Identifier: MIT
//
// The objects of a CPython interpreter, as a snapshot has them.
//
// Side:    heap, floor 2 (read).
// Threads: const.
// Memory:  spans of the mapped file.
#pragma once

#include <cstdint>
#include <span>

#include <prof/format.h>

namespace heapkit::read {

// Every index in it is in range, and every name's string.
struct Python {
    prof_python facts = {};
    bool is_there = false;  // an interpreter was; `facts.state` says whether its objects are here
    std::span<const prof_python_type> types;
    std::span<const prof_python_object> objects;
    std::span<const prof_python_reference> references;  // of objects, then of roots
    std::span<const prof_python_root> roots;

    bool has_objects() const noexcept { return !objects.empty(); }
    uint32_t references_begin(uint32_t object) const noexcept {
        return object == 0 ? 0 : objects[object - 1].references_end;
    }
    std::span<const prof_python_reference> references_of(uint32_t object) const noexcept {
        const uint32_t begin = references_begin(object);
        return references.subspan(begin, objects[object].references_end - begin);
    }
    std::span<const prof_python_reference> references_of(const prof_python_root& root) const noexcept {
        return references.subspan(root.references_begin, root.references_end - root.references_begin);
    }
};

constexpr uint32_t kind_of_name(uint32_t name) noexcept { return name & ((1u << PROF_PYTHON_NAME_BITS) - 1); }
constexpr uint32_t value_of_name(uint32_t name) noexcept { return name >> PROF_PYTHON_NAME_BITS; }

}  // namespace heapkit::read
