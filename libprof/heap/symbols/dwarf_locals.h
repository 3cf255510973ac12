// SPDX-License-Identifier: MIT
//
// The variables that are in scope at an address, and where they lie, from DWARF.
//
// Side: heap, floor 3 (symbols). Included by dwarf_*.cpp and frame_variables.cpp alone.
#pragma once

#include <span>

#include "symbols/dwarf_types.h"
#include "symbols/module_locals.h"

namespace heapkit::symbols {

// `addresses`: of instructions, ascending, as in the file. Ids of types are those of `types`.
ModuleLocals read_locals(Dwarf* dwarf, DwarfTypes& types, std::span<const uint64_t> addresses);

}  // namespace heapkit::symbols
