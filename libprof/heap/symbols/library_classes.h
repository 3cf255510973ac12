// SPDX-License-Identifier: MIT
//
// Where libstdc++ keeps what, for programs that say which classes they have and carry no debug information: the members
// that its ABI fixes, of containers, smart pointers and nodes.
//
// Side:    heap, floor 3 (symbols). A table; sources: bits/stl_vector.h, stl_tree.h, stl_list.h, hashtable.h,
//          stl_deque.h, shared_ptr_base.h, unique_ptr.h, basic_string.h of GCC 5 to 14, x86-64 and aarch64.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace heapkit::symbols {

struct LibraryMember {
    enum class What : uint8_t {
        number,           // eight bytes
        count,            // four bytes
        link,             // to a node, of which nothing is said here
        pointer,          // to an element
        pointer_pointer,  // to a pointer to one
        manager,          // a function
        bytes,            // sixteen, of anything
        element,          // one itself; as large as it is
    };
    std::string_view path;  // "_M_t._M_header._M_parent"
    uint32_t offset_bytes;  // from the class's start
    What what;
};

struct LibraryClass {
    enum class Element : uint8_t { none, first_argument, pair_of_arguments };
    std::string_view name;  // of the template
    uint64_t size_bytes;    // 0: as large as the program says
    Element element;
    std::string_view arguments_of;  // the member whose class has key and element as arguments; "": none
    std::span<const LibraryMember> members;
};

// Of a canonical name; nullptr for all others.
const LibraryClass* library_class(std::string_view canonical_name);

// A class that is mostly something else: behind how many bytes of it the element lies, and how many follow that.
struct LibraryNode {
    std::string_view name, last_argument;  // the latter "" for any
    uint32_t before_bytes, behind_bytes;
};
const LibraryNode* library_node(std::string_view canonical_name);

}  // namespace heapkit::symbols
