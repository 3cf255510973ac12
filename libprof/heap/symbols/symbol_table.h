// SPDX-License-Identifier: MIT
//
// Which symbol covers an address, from .symtab and .dynsym; entries of procedure linkage tables have the name of the
// function that they lead to.
//
// Side:    heap, floor 3 (symbols).
// Threads: const after construction.
// Memory:  32 bytes a symbol; names stay in the mapped files, which must outlive the table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "symbols/elf_file.h"

namespace heapkit::symbols {

struct Symbol {
    uint64_t address = 0;  // virtual, as in the file
    uint32_t size_bytes = 0;
    uint16_t rank = 0;  // among those at one address, lower is better
    bool is_plt = false;
    std::string_view name;  // as linked
};

// As one reads it: "shop::Basket::fill()", "malloc@plt".
std::string spelled(const Symbol& symbol);

class SymbolTable {
   public:
    SymbolTable() = default;
    // Functions and objects of all symbol tables in `file`, and entries of its procedure linkage tables.
    void add(const ElfFile& file);
    void sort();  // once, after the last add()

    bool empty() const noexcept { return symbols_.empty(); }
    // The best-named symbol that covers `address`; nullptr when there is none. A symbol without a size, as hand-written
    // assembly has, reaches to the next one.
    const Symbol* at(uint64_t address) const;

   private:
    void add_table(const ElfFile& file, const Elf64_Shdr& table);

    std::vector<Symbol> symbols_;
};

}  // namespace heapkit::symbols
