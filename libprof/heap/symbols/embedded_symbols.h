// SPDX-License-Identifier: MIT
//
// The symbol table that a stripped binary carries compressed inside (.gnu_debugdata, "MiniDebugInfo"): an ELF file with
// a .symtab of the functions that .dynsym does not have, packed by xz. Fedora and its kin ship every binary so.
//
// Side:   heap, floor 3 (symbols). The one door to liblzma.
// Memory: the unpacked file; most_unpacked_bytes at most, whatever the section claims.
#pragma once

#include <cstdint>

#include <heapkit/result.h>
#include "symbols/elf_file.h"

namespace heapkit::symbols {

constexpr uint64_t most_unpacked_bytes = 64 << 20;  // glibc's takes 0.6 MB

bool has_embedded_symbols(const ElfFile& binary);

// Errors: the section is damaged, or would be larger than the bound. The file lives on its own, not in `binary`.
Result<ElfFile> unpack_embedded_symbols(const ElfFile& binary);

}  // namespace heapkit::symbols
