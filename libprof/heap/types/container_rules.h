// SPDX-License-Identifier: MIT
//
// What is known of container classes: the table, and its rows resolved against a program's debug information.
//
// Side:    heap, floor 4 (types).
// Threads: one thread: a class is looked at when it is first asked for.
// Memory:  4 bytes a type of the book, about 200 a container class that was asked for.
//
// A row says a template's name, how its storage is shaped, and by which members: begin, root, count. Paths are looked
// for in the book (member_path.h), so offsets are never written here, except those of links in nodes, which an ABI
// fixes. To know another container of one of these shapes: one row in container_rules.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/type_book.h"

namespace heapkit::types {

enum class Shape : uint8_t {
    //           the row's members:
    contiguous,    // begin, end, end of capacity: pointers
    counted,       // begin: a pointer; elements, capacity: numbers
    bits,          // begin, end, end of capacity: pointers to words of bits
    counted_bits,  // begin: a pointer to words of bits; bits, words of capacity: numbers
    text,          // characters, length; the pointer may lead into the string itself
    tree,          // root, header, count
    list,          // sentinel, count unless it is not kept
    chain,         // first node
    hash,          // buckets, first node, count, count of buckets
    deque,         // map, start, finish, size of the map
    blocks,        // begin and end of the map, index of the first element, count (libc++'s deque)
    // no storage of their own:
    pointer,      // what is owned
    shared,       // what is pointed at, control block
    weak,         // the same, not owned
    optional,     // value, flag
    variant,      // values, index
    callable,     // functor, manager
    emplaced,     // the object, how often it is used: while that is not 0
    transparent,  // bytes that hold an object of the first template argument
};
constexpr bool has_storage(Shape shape) noexcept { return shape < Shape::pointer; }

struct ContainerRule {
    std::string_view name;  // of the template, without inline namespaces; with '<': of one instance
    Shape shape;
    std::array<std::string_view, 4> members = {};
    std::string_view element_of = {};  // the member whose template argument is the element; "": the class itself
    uint8_t element_argument = 0;
    std::string_view node = {};                           // template of its nodes, of the element and …
    std::array<std::string_view, 2> node_arguments = {};  // … one of these; both "" for no more
    // In a node, fixed by the ABI.
    uint8_t next = 0, left = 0, right = 0, parent = 0;
    uint8_t value = 0;  // unless the node's class says more
};
std::span<const ContainerRule> container_rules() noexcept;

// A container class of the program.
struct ContainerClass {
    const ContainerRule* rule = nullptr;
    symbols::DebugTypeId type, element;
    struct At {
        uint64_t offset_bytes = 0;
        symbols::DebugTypeId type;
        uint64_t size_bytes = 0;
    };
    std::array<At, 4> at = {};  // the row's members
    uint64_t element_bytes = 0;
    struct Node {
        symbols::DebugTypeId type;
        uint64_t size_bytes = 0, value_bytes = 0;  // of the whole; the element's offset
    };
    std::vector<Node> nodes;                         // the classes that its nodes can have; may be empty
    std::vector<symbols::DebugTypeId> alternatives;  // of a variant
    Shape shape() const noexcept { return rule->shape; }
};

class ContainerClasses {
   public:
    explicit ContainerClasses(const symbols::TypeBook& book);
    // nullptr for a class that is no container that we know, or not as we know it.
    const ContainerClass* of(symbols::DebugTypeId type) const;
    // Whether a class is what nodes have in common: a pointer to it does not say what node it leads to.
    bool is_link(symbols::DebugTypeId type) const;

   private:
    std::unique_ptr<ContainerClass> resolve(symbols::DebugTypeId type) const;

    const symbols::TypeBook& book_;
    mutable std::unordered_map<uint32_t, std::unique_ptr<ContainerClass>> of_type_;
    mutable std::unordered_map<uint32_t, bool> is_link_;
};

}  // namespace heapkit::types
