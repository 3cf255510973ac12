// SPDX-License-Identifier: MIT
//
// The technique "vtable": the class of an object, from the run-time type information that its vtable points to.
//
// Side: heap, floor 4 (types). Certain: only an object of that very class holds that pointer in its first word.
#pragma once

#include <cstdint>
#include <string>

#include "symbols/frames.h"

namespace heapkit::types {

// The class whose objects begin with the pointer `vptr`, demangled and full: "http::Session". "" when `vptr` is not a
// primary vtable. Needs no symbols but the file that ran.
std::string class_of_vtable(uint64_t vptr, const symbols::Frames& frames);

}  // namespace heapkit::types
