// SPDX-License-Identifier: MIT
//
// Where an object of a class holds pointers and containers: its members laid flat, bases and embedded structs expanded.
//
// Side:    heap, floor 4 (types).
// Threads: one thread: fields are worked out when a class is first asked for.
// Memory:  32 bytes a field of the classes that were asked for.
//
//     struct Session { std::string name; Limits limits; Session* next; };
//     +0 container "name"    +32 … integers of Limits are no fields    +48 pointer "next"
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "symbols/type_book.h"

namespace heapkit::types {

struct Field {
    enum class Kind : uint8_t {
        pointer,    // `type` is what it points at; 0 for void*. Smart pointers are pointers too
        container,  // an object of a known container class (containers.h); `type` is that class. Not looked into
        callable,   // std::function, std::any, …: what it holds, only its manager pointer knows (closures.h)
        vtable,     // the vtable pointer of an object or of one of its bases
        count,      // a long array, not laid flat: `elements` of `type` side by side; 0: up to the end of the block
    };
    uint64_t offset_bytes = 0;
    symbols::DebugTypeId type;
    uint32_t path = 0;      // see Layouts::path()
    uint32_t elements = 0;  // of `count`
    uint32_t guard = 0;     // see Layouts::guard(); 0: always there
    Kind kind = Kind::pointer;
    bool is_in_union = false;  // may be another member at the moment, and nothing says which
    bool is_weak = false;      // of a weak_ptr: does not keep alive
    bool is_smart = false;     // of a smart pointer that keeps alive: it owns, what a plain pointer only may
};

// When a member is there: of an optional while its flag is 1, of a variant's alternative 2 while its index is 2. A flag
// that was not kept is zero.
struct Guard {
    uint64_t offset_bytes = 0;  // of the flag or index, in the class that was asked for
    uint8_t size_bytes = 1;
    uint32_t value = 1;
    bool is_not = false;  // there while it is another value: what make_shared made, while its use count is not 0
    uint32_t outer = 0;   // must hold too; 0: none
};

class ContainerClasses;

// A class that ends in an array of unknown length, or of one element, as C had it before 1999: one of it fills a block
// of any size from its own on.
bool can_grow(const symbols::TypeBook& book, symbols::DebugTypeId type);

class Layouts {
   public:
    explicit Layouts(const symbols::TypeBook& book);
    Layouts(Layouts&&) noexcept;
    Layouts& operator=(Layouts&&) noexcept;
    ~Layouts();

    // Ascending by offset. A class that contains itself by mistake, or more than a fixed number of fields, is cut.
    std::span<const Field> fields_of(symbols::DebugTypeId type) const;
    // "limits.owner", "slots[3].next"; "" for a pointer or container that is the object itself. What the standard
    // library calls its members is left out: a unique_ptr's pointer is "session", not "session._M_t._M_t…".
    const std::string& path(const Field& field) const;
    const Guard& guard(uint32_t guard) const;
    // The innermost member that covers a byte: "limits.max"; "" when there is none.
    std::string path_at(symbols::DebugTypeId type, uint64_t offset_bytes) const;

    const ContainerClasses& classes() const noexcept;

    struct State;  // of layout.cpp

   private:
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::types
