// SPDX-License-Identifier: MIT
//
// Which function a call goes to: read from the code in front of its return address.
//
// Side: heap, floor 7 (analyze).
//
// A stack says who called, and not whom: malloc and realloc look the same. But the code of a direct call says where it
// goes: "call realloc@plt", or, where there is no procedure linkage table, "call *realloc@GOT(%rip)".
#pragma once

#include <cstdint>
#include <string>

#include "heap.h"

namespace heapkit::analyze {

// "realloc", "operator new(unsigned long)"; "" where the call is another one, or the module's file is not there.
std::string callee_before(const symbols::Frames& frames, uint64_t return_address);

// Of the innermost call of a stack: the allocating function. "" for a stack that is not known.
std::string allocating_function(const Heap& heap, StackId stack);

}  // namespace heapkit::analyze
