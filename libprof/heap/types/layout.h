// SPDX-License-Identifier: MIT
//
// Where an object of a class holds pointers and containers: its members laid flat, bases and embedded structs expanded.
//
// Side:    heap, floor 4 (types).
// Threads: one thread: fields are worked out when a class is first asked for.
// Memory:  24 bytes a field of the classes that were asked for.
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
        pointer,    // `type` is what it points at; 0 for void*
        container,  // an object of a known container class (containers.h); `type` is that class. Not looked into
        vtable,     // the vtable pointer of an object or of one of its bases
        count,      // an array whose length is not known starts here: `type` is its element
    };
    uint64_t offset_bytes = 0;
    symbols::DebugTypeId type;
    uint32_t path = 0;  // see Layouts::path()
    Kind kind = Kind::pointer;
    bool is_in_union = false;  // may be another member at the moment
};

class Layouts {
   public:
    explicit Layouts(const symbols::TypeBook& book);
    Layouts(Layouts&&) noexcept;
    Layouts& operator=(Layouts&&) noexcept;
    ~Layouts();

    // Ascending by offset. A class that contains itself by mistake, or more than a fixed number of fields, is cut.
    std::span<const Field> fields_of(symbols::DebugTypeId type) const;
    // "limits.owner", "slots[3].next"; "" for a pointer or container that is the object itself.
    const std::string& path(const Field& field) const;
    // The innermost member that covers a byte: "limits.max"; "" when there is none.
    std::string path_at(symbols::DebugTypeId type, uint64_t offset_bytes) const;

   private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::types
