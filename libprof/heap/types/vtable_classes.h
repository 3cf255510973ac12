// SPDX-License-Identifier: MIT
//
// From a vtable to the class of debug information: so that an object typed by its first word has fields.
//
// Side:    heap, floor 4 (types).
// Memory:  none.
//
// Names alone do not join the two worlds when compilers spell template arguments differently, so the first key is code:
// the deleting destructor, which each class with a virtual destructor has of its own and never shares with its base
// (the complete one may be the base's: clang aliases it). Identical-code folding can merge the deleting destructors of
// classes of one size: then the names of their templates tell them apart.
#pragma once

#include <cstdint>
#include <string_view>

#include "symbols/frames.h"
#include "symbols/type_book.h"

namespace heapkit::types {

// The class of the objects whose vtable begins at `vptr`, and which RTTI calls `rtti_name`; 0 when the book has none.
symbols::DebugTypeId class_in_book(uint64_t vptr, std::string_view rtti_name, const symbols::Frames& frames,
                                   const symbols::TypeBook& book);

}  // namespace heapkit::types
