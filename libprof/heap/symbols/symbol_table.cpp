// SPDX-License-Identifier: MIT
//
// See symbol_table.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/symbol_table.h"

#include <algorithm>
#include <tuple>

#include "symbols/demangle.h"
#include "symbols/plt.h"

namespace heapkit::symbols {
namespace {

bool is_named_place(const Elf64_Sym& symbol) {
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    const bool has_address = symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS;
    return has_address && (type == STT_FUNC || type == STT_OBJECT || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

// malloc, __libc_malloc and __malloc are one place: a public name without underscores tells most.
uint16_t rank_of(const Elf64_Sym& symbol, std::string_view name) {
    const unsigned binding = ELF64_ST_BIND(symbol.st_info);
    const unsigned by_binding = binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 1 : 2;
    const unsigned by_type = ELF64_ST_TYPE(symbol.st_info) == STT_NOTYPE ? 1 : 0;
    const auto underscores = static_cast<unsigned>(std::min<size_t>(name.find_first_not_of('_'), 7));
    return static_cast<uint16_t>(by_type << 8 | (name.starts_with("_Z") ? 0 : underscores) << 4 | by_binding);
}

}  // namespace

std::string spelled(const Symbol& symbol) { return demangle(symbol.name) + (symbol.is_plt ? "@plt" : ""); }

void SymbolTable::add(const ElfFile& file) {
    for (const Elf64_Shdr& section : file.sections())
        if (section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM) add_table(file, section);
    for (const PltEntry& entry : plt_entries_of(file))
        symbols_.push_back({entry.address, entry.size_bytes, 0, true, entry.name});
}

void SymbolTable::add_table(const ElfFile& file, const Elf64_Shdr& table) {
    const Elf64_Shdr* names = file.section_at(table.sh_link);
    if (names == nullptr) return;
    const Bytes text = file.content(*names), rows = file.content(table);
    symbols_.reserve(symbols_.size() + rows.size() / sizeof(Elf64_Sym));
    for (uint64_t at = 0; at < rows.size(); at += sizeof(Elf64_Sym)) {
        const auto row = value_at<Elf64_Sym>(rows, at);
        if (!row || !is_named_place(*row)) continue;
        const std::string_view name = text_at(text, row->st_name);
        if (name.empty() || name.starts_with('$') || name.starts_with(".L")) continue;
        const auto size = static_cast<uint32_t>(std::min<uint64_t>(row->st_size, UINT32_MAX));
        symbols_.push_back({row->st_value, size, rank_of(*row, name), false, name});
    }
}

void SymbolTable::sort() {
    std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
        return std::tuple(a.address, a.rank, a.name) < std::tuple(b.address, b.rank, b.name);
    });
    const auto is_same = [](const Symbol& a, const Symbol& b) {
        return a.address == b.address && a.size_bytes == b.size_bytes;
    };
    symbols_.erase(std::unique(symbols_.begin(), symbols_.end(), is_same), symbols_.end());
}

const Symbol* SymbolTable::at(uint64_t address) const {
    const auto after = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                        [](uint64_t value, const Symbol& symbol) { return value < symbol.address; });
    // Symbols may lie inside others (local labels with sizes); a few steps back find the one around.
    constexpr std::ptrdiff_t most_steps = 32;
    const auto stop = after - std::min(most_steps, after - symbols_.begin());
    const Symbol* found = nullptr;
    for (auto symbol = after; symbol != stop;) {
        --symbol;
        if (found != nullptr && symbol->address != found->address) break;
        const bool covers = address - symbol->address < symbol->size_bytes;
        const bool reaches = symbol->size_bytes == 0 && symbol + 1 == after && address - symbol->address < 4096;
        if (covers || reaches) found = &*symbol;
    }
    return found;
}

}  // namespace heapkit::symbols
