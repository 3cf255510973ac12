// SPDX-License-Identifier: MIT
//
// See plt.h.
//
// Side: heap, floor 3 (symbols).
//
// An entry jumps through a slot of the global offset table, and a relocation says whose address the slot will hold:
//
//     .plt.sec   f3 0f 1e fa        endbr64             (with -fcf-protection)
//                f2                 bnd                 (with -fcf-protection, older linkers)
//     all        ff 25 disp32       jmp *disp(%rip)     -> slot -> R_X86_64_JUMP_SLOT or GLOB_DAT -> symbol
//
// The order of the relocations is not that of the entries, so the jump is read.
#include "symbols/plt.h"

#include <algorithm>
#include <unordered_map>

namespace heapkit::symbols {
namespace {

using SlotNames = std::unordered_map<uint64_t, std::string_view>;

constexpr std::string_view sections_with_entries[] = {".plt", ".plt.sec", ".plt.got"};
constexpr uint64_t usual_entry_bytes = 16;

struct DynamicSymbols {
    Bytes rows, names;
    std::string_view name_of(uint64_t index) const {
        const auto symbol = value_at<Elf64_Sym>(rows, index * sizeof(Elf64_Sym));
        return symbol ? text_at(names, symbol->st_name) : std::string_view();
    }
};

DynamicSymbols dynamic_symbols_of(const ElfFile& file) {
    const Elf64_Shdr* table = file.section(".dynsym");
    const Elf64_Shdr* names = table == nullptr ? nullptr : file.section_at(table->sh_link);
    if (names == nullptr) return {};
    return {file.content(*table), file.content(*names)};
}

SlotNames names_of_slots(const ElfFile& file) {
    const DynamicSymbols symbols = dynamic_symbols_of(file);
    SlotNames names;
    for (const Elf64_Shdr& section : file.sections()) {
        if (section.sh_type != SHT_RELA || (section.sh_flags & SHF_ALLOC) == 0) continue;
        const Bytes rows = file.content(section);
        for (uint64_t at = 0; at < rows.size(); at += sizeof(Elf64_Rela)) {
            const auto row = value_at<Elf64_Rela>(rows, at);
            if (!row) break;
            const uint64_t type = ELF64_R_TYPE(row->r_info);
            if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
            if (const auto name = symbols.name_of(ELF64_R_SYM(row->r_info)); !name.empty())
                names.emplace(row->r_offset, name);
        }
    }
    return names;
}

// The slot that the entry at `address` jumps through; 0 when it does not.
uint64_t slot_of(Bytes entry, uint64_t address) {
    constexpr uint32_t endbr64 = 0xfa1e0ff3;
    constexpr uint8_t bnd = 0xf2;
    constexpr uint16_t jump = 0x25ff;
    uint64_t at = 0;
    if (value_at<uint32_t>(entry, at) == endbr64) at += sizeof endbr64;
    if (value_at<uint8_t>(entry, at) == bnd) at += sizeof bnd;
    if (value_at<uint16_t>(entry, at) != jump) return 0;
    const auto displacement = value_at<int32_t>(entry, at + sizeof jump);
    if (!displacement) return 0;
    return address + at + sizeof jump + sizeof *displacement + static_cast<uint64_t>(int64_t{*displacement});
}

}  // namespace

std::vector<PltEntry> plt_entries_of(const ElfFile& file) {
    std::vector<PltEntry> entries;
    const SlotNames names = names_of_slots(file);
    for (const std::string_view name : sections_with_entries) {
        const Elf64_Shdr* section = file.section(name);
        if (section == nullptr || names.empty()) continue;
        const Bytes code = file.content(*section);
        const uint64_t size = section->sh_entsize == 8 ? 8 : usual_entry_bytes;
        for (uint64_t at = 0; at < code.size(); at += size) {
            const uint64_t address = section->sh_addr + at;
            const auto found = names.find(slot_of(code.subspan(at, std::min(size, code.size() - at)), address));
            if (found != names.end()) entries.push_back({address, static_cast<uint32_t>(size), found->second});
        }
    }
    return entries;
}

}  // namespace heapkit::symbols
