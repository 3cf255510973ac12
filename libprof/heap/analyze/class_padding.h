// SPDX-License-Identifier: MIT
//
// The bytes of a class that belong to no member, and what its size would be with its members in another order. What
// pahole says, from the same debug information.
//
// Side:    heap, floor 7 (analyze). Knows the type book and no heap.
// Threads: one thread: classes are worked out when they are first asked for.
// Memory:  100 bytes a class that was asked for.
//
//     struct Session {       +0  bool active    7 bytes of hole after it
//         bool active;       +8  long id
//         long id;           +16 int socket     4 bytes at the end: size 24
//         int socket;
//     };                     by alignment, id, socket, active: size 16, 8 bytes less
//
// A hole inside a member's class is that class's own, and not counted here again. Where a derived class puts members
// into the tail of its base, as the C++ ABI does, there is no hole. What cannot be known is not guessed: of a class
// with virtual bases, or with a member of no known type, nothing is said. Members in bit fields are
// taken to fill the storage unit of their type: holes between bits are not counted.
//
// The order is by alignment, the largest first, as pahole -R, behind the bases and the vtable pointer, which stay where
// they are. A class that is packed, or aligned on purpose (alignas), is left as it is.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "symbols/type_book.h"

namespace heapkit::analyze {

struct Hole {
    uint64_t offset_bytes = 0, bytes = 0;
    std::string after;  // the member before it; a base's class; "" at the start
};

struct ClassPadding {
    bool is_known = false;
    uint64_t size_bytes = 0;
    std::vector<Hole> holes;  // ascending; the last may be the tail
    uint64_t tail_bytes = 0;  // behind the last member
    uint64_t best_bytes = 0;  // the size with members by alignment; at most size_bytes

    uint64_t padding_bytes() const noexcept;  // all holes, the tail included
    uint64_t saved_bytes() const noexcept { return size_bytes - best_bytes; }
};

class PaddingOf {
   public:
    explicit PaddingOf(const symbols::TypeBook& book) : book_(book) {}

    // Of a structure or class; not known for anything else.
    const ClassPadding& of(symbols::DebugTypeId type);

   private:
    struct Part;  // a member, or bit fields side by side
    ClassPadding work_out(symbols::DebugTypeId type);
    std::vector<Part> parts_of(symbols::DebugTypeId type) const;
    static std::vector<Part> joined_bits(std::vector<Part> parts);
    uint64_t best_size(const symbols::DebugType& type, std::vector<Part> parts) const;
    uint64_t alignment_of(symbols::DebugTypeId type, int depth = 0) const;
    bool is_empty(symbols::DebugTypeId type, int depth = 0) const;

    const symbols::TypeBook& book_;
    std::unordered_map<uint32_t, ClassPadding> known_;
};

}  // namespace heapkit::analyze
