// SPDX-License-Identifier: MIT
//
// What the debug information around return addresses says of what the calls return; see call_sites.h.
//
// Side: heap, floor 3 (symbols). Included by the .cpp files of symbols/ alone.
#pragma once

#include <span>
#include <vector>

#include "symbols/dwarf_types.h"
#include "symbols/elf_file.h"
#include "symbols/module_sites.h"

namespace heapkit::symbols {

// Types are ids of types.columns. `returns` are return addresses as in the file, ascending. `code` is the file that
// ran, for the instruction behind a call; nullptr when it is not there.
ModuleSites read_sites(Dwarf* dwarf, DwarfTypes& types, const ElfFile* code, std::span<const uint64_t> returns);

}  // namespace heapkit::symbols
