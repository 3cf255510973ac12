// SPDX-License-Identifier: MIT
//
// A member of a class by name, wherever in it: the one door to what the standard library calls its members.
//
// Side: heap, floor 4 (types).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "symbols/type_book.h"

namespace heapkit::types {

struct FoundMember {
    uint64_t offset_bytes = 0;  // in the class that was asked
    symbols::DebugTypeId type;
};

// "_M_start._M_cur": each name is looked for in bases, unnamed members and members of class type, nearest first, so
// that a path survives another base or wrapper from one release of a library to the next. Nothing when there is none.
std::optional<FoundMember> find_member(const symbols::TypeBook& book, symbols::DebugTypeId type, std::string_view path);

// The class at byte 0 of a class: itself, its first base, its first member, and so on. Whether `inner` is one of them.
bool begins_with(const symbols::TypeBook& book, symbols::DebugTypeId outer, symbols::DebugTypeId inner);

// Whether `base` is a base of a class, or of one of its bases, wherever it lies.
bool has_base(const symbols::TypeBook& book, symbols::DebugTypeId derived, symbols::DebugTypeId base);

}  // namespace heapkit::types
