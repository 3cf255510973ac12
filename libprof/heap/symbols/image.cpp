// SPDX-License-Identifier: MIT
//
// See image.h.
//
// Side: heap, floor 3 (symbols).
//
// A pointer in .data.rel.ro is written by the dynamic linker. The file says how:
//
//     R_X86_64_RELATIVE    bias + addend                         (RELR: bias + what is in place)
//     R_X86_64_64          the symbol's address + addend          here or in another module
//     R_X86_64_COPY        an object of another module was copied here, and everyone uses the copy
//     no relocation        the file is not position-independent: what is in place
#include "symbols/image.h"

#include <algorithm>

namespace heapkit::symbols {

Image::Image(const ElfFile& file, uint64_t bias) : file_(file), bias_(bias) {
    for (const Elf64_Shdr& section : file.sections()) {
        if (section.sh_type != SHT_DYNSYM) continue;
        symbols_ = file.content(section);
        if (const Elf64_Shdr* names = file.section_at(section.sh_link)) names_ = file.content(*names);
    }
    for (uint32_t index = 1; !is_cpp_ && uint64_t{index} * sizeof(Elf64_Sym) < symbols_.size(); ++index)
        if (const auto each = symbol(index)) is_cpp_ = name_of(*each).starts_with("_Z");
    for (const Elf64_Shdr& section : file.sections())
        if (section.sh_type == SHT_RELA && (section.sh_flags & SHF_ALLOC) != 0) read_relocations(section);
    std::sort(relocations_.begin(), relocations_.end(),
              [](const Relocation& a, const Relocation& b) { return a.address < b.address; });
}

void Image::read_relocations(const Elf64_Shdr& section) {
    const Bytes rows = file_.content(section);
    for (uint64_t at = 0; at < rows.size(); at += sizeof(Elf64_Rela)) {
        const auto row = value_at<Elf64_Rela>(rows, at);
        if (!row) return;
        const auto index = static_cast<uint32_t>(ELF64_R_SYM(row->r_info));
        const auto addend = static_cast<uint64_t>(row->r_addend);
        switch (ELF64_R_TYPE(row->r_info)) {
            case R_X86_64_RELATIVE:
                relocations_.push_back({row->r_offset, addend, 0});
                break;
            case R_X86_64_64:
                relocations_.push_back({row->r_offset, addend, index});
                break;
            case R_X86_64_COPY:
                if (const auto copied = symbol(index)) copied_from_.emplace(row->r_offset, name_of(*copied));
                break;
            default:
                break;
        }
    }
}

std::optional<Elf64_Sym> Image::symbol(uint32_t index) const {
    return value_at<Elf64_Sym>(symbols_, uint64_t{index} * sizeof(Elf64_Sym));
}

std::string_view Image::name_of(const Elf64_Sym& symbol) const { return symbols::text_at(names_, symbol.st_name); }

Image::Pointer Image::through(const Relocation& relocation) const {
    if (relocation.symbol == 0) return {relocation.addend + bias_, {}};
    const auto target = symbol(relocation.symbol);
    if (!target) return {};
    const uint64_t address = target->st_shndx == SHN_UNDEF ? 0 : target->st_value + relocation.addend + bias_;
    return {address, name_of(*target)};
}

std::optional<Image::Pointer> Image::pointer_at(uint64_t address) const {
    const uint64_t at = address - bias_;
    const auto found = std::lower_bound(relocations_.begin(), relocations_.end(), at,
                                        [](const Relocation& each, uint64_t value) { return each.address < value; });
    if (found != relocations_.end() && found->address == at) return through(*found);
    const auto in_place = word_at(address);
    if (!in_place || *in_place == 0) return std::nullopt;
    Pointer pointer{*in_place + bias_, {}};
    // typeinfo points two words into its own vtable; the copy of it has a name.
    for (const uint64_t skip : {0U, 16U})
        if (const auto copy = copied_from_.find(*in_place - skip); copy != copied_from_.end())
            pointer.symbol = copy->second;
    return pointer;
}

std::optional<uint64_t> Image::word_at(uint64_t address) const {
    return value_at<uint64_t>(file_.content_at_address(address - bias_), 0);
}

bool Image::is_code(uint64_t address) const noexcept {
    const auto holds = [at = address - bias_](const Elf64_Shdr& section) {
        return (section.sh_flags & SHF_EXECINSTR) != 0 && at >= section.sh_addr &&
               at - section.sh_addr < section.sh_size;
    };
    return std::ranges::any_of(file_.sections(), holds);
}

std::string_view Image::text_at(uint64_t address) const {
    return symbols::text_at(file_.content_at_address(address - bias_), 0);
}

}  // namespace heapkit::symbols
