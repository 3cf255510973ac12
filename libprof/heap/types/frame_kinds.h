// SPDX-License-Identifier: MIT
//
// What a frame is to an allocation: operator new, an allocator, a container, or neither. By the function's name alone,
// so that it works from a symbol table as well.
//
// Side:    heap, floor 4 (types).
// Memory:  one entry a distinct function, where the caller keeps it.
#pragma once

#include <string>
#include <string_view>

#include "types/containers.h"

namespace heapkit::types {

struct FrameKind {
    enum class Role : uint8_t {
        other,
        allocation,  // operator new, malloc, std::pmr's new and delete: what everybody calls
        allocator,   // std::allocator<T>::allocate, allocator_traits, alloc guards: `name` is T
        container,   // a member of a container or of its innards: `name` is the container's full name
        maker,       // makes one object of class `name`: a closure's manager, std::make_unique
    };
    Role role = Role::other;
    bool is_new = false;    // allocation: operator new, or something that is not of C
    bool is_array = false;  // allocation: operator new[]
    std::string name;
    StorageRole storage = StorageRole::none;        // container: what this function allocates, where it alone decides
    StorageRole usual_storage = StorageRole::none;  // container: what it allocates otherwise
    bool is_public = false;                         // container: the class that programs name, not its innards
    uint8_t family = 0;                             // container: innards and public class have the same
};

// Of a function as symbols::Frames names it.
FrameKind kind_of_frame(std::string_view function);

}  // namespace heapkit::types
