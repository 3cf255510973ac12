// SPDX-License-Identifier: MIT
//
// Entries of procedure linkage tables: which outside function each of them jumps to.
//
// Side: heap, floor 3 (symbols).
//
// No symbol covers them. Stacks never hold an address in one, since an entry jumps and does not call; but in a program
// at a fixed address a pointer to an outside function *is* the address of its entry, so that a deleter, a callback or
// the target of a std::function points there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "symbols/elf_file.h"

namespace heapkit::symbols {

struct PltEntry {
    uint64_t address = 0;  // virtual, as in the file
    uint32_t size_bytes = 0;
    std::string_view name;  // of the function, as linked; in the mapped file
};

// In no order. Empty for files that keep no code, as separate debug files.
std::vector<PltEntry> plt_entries_of(const ElfFile& file);

}  // namespace heapkit::symbols
