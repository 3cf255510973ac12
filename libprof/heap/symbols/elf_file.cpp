// SPDX-License-Identifier: MIT
//
// See elf_file.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/elf_file.h"

#include <algorithm>
#include <array>

namespace heapkit::symbols {
namespace {

// Part of `bytes`; empty unless wholly inside.
Bytes part(Bytes bytes, uint64_t offset, uint64_t size) {
    if (offset > bytes.size() || size > bytes.size() - offset) return {};
    return bytes.subspan(offset, size);
}

uint64_t round_up_to_4(uint64_t bytes) { return (bytes + 3) / 4 * 4; }

// The GNU build-id among the notes in `notes`.
Bytes build_id_in(Bytes notes) {
    uint64_t at = 0;
    while (const auto note = value_at<Elf64_Nhdr>(notes, at)) {
        const uint64_t name = at + sizeof(Elf64_Nhdr);
        const uint64_t content = name + round_up_to_4(note->n_namesz);
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && text_at(notes, name) == "GNU")
            return part(notes, content, note->n_descsz);
        at = content + round_up_to_4(note->n_descsz);
    }
    return {};
}

constexpr std::array<uint32_t, 256> crc_table = [] {
    std::array<uint32_t, 256> table = {};
    for (uint32_t i = 0; i < 256; ++i) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xedb88320u ^ (value >> 1) : value >> 1;
        table[i] = value;
    }
    return table;
}();

}  // namespace

std::string_view text_at(Bytes bytes, uint64_t offset) {
    if (offset >= bytes.size()) return {};
    const char* text = reinterpret_cast<const char*>(bytes.data() + offset);
    constexpr uint64_t longest = 64 * 1024;  // so that many names of one long string stay cheap
    const void* end = std::memchr(text, 0, std::min(bytes.size() - offset, longest));
    return end == nullptr ? std::string_view() : std::string_view(text, static_cast<const char*>(end));
}

Result<ElfFile> ElfFile::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return file.error();
    ElfFile elf;
    elf.path_ = path;
    elf.file_ = *std::move(file);
    elf.bytes_ = elf.file_.bytes();
    return read(std::move(elf));
}

Result<ElfFile> ElfFile::in_memory(const std::filesystem::path& path, std::vector<std::byte> bytes) {
    ElfFile elf;
    elf.path_ = path;
    elf.memory_ = std::move(bytes);
    elf.bytes_ = elf.memory_;
    return read(std::move(elf));
}

Result<ElfFile> ElfFile::read(ElfFile elf) {
    const auto header = value_at<Elf64_Ehdr>(elf.bytes_, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return Error{elf.path_.string() + " is not an ELF file", ""};
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return Error{elf.path_.string() + " is not 64-bit little-endian ELF", ""};
    elf.header_ = *header;
    elf.read_segments();
    if (!elf.read_sections())
        return Error{elf.path_.string() + " is damaged: its section table is not in the file", ""};
    return elf;
}

void ElfFile::read_segments() {
    for (uint64_t i = 0; i < header_.e_phnum; ++i) {
        const auto segment = value_at<Elf64_Phdr>(bytes_, header_.e_phoff + i * sizeof(Elf64_Phdr));
        if (segment) segments_.push_back(*segment);
    }
}

// False when there should be sections and they are not there; a file without any is fine.
bool ElfFile::read_sections() {
    if (header_.e_shoff == 0) return true;
    const auto first = value_at<Elf64_Shdr>(bytes_, header_.e_shoff);
    if (!first || header_.e_shentsize != sizeof(Elf64_Shdr)) return false;
    const uint64_t count = header_.e_shnum != 0 ? header_.e_shnum : first->sh_size;
    if (count > (bytes_.size() - header_.e_shoff) / sizeof(Elf64_Shdr)) return false;
    sections_.resize(count);
    const Bytes rows = bytes_.subspan(header_.e_shoff, count * sizeof(Elf64_Shdr));
    std::ranges::copy(rows, std::as_writable_bytes(std::span(sections_)).begin());
    const uint64_t names = header_.e_shstrndx == SHN_XINDEX ? first->sh_link : header_.e_shstrndx;
    if (const Elf64_Shdr* section = section_at(names)) section_names_ = content(*section);
    return true;
}

const Elf64_Shdr* ElfFile::section(std::string_view name) const {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(), [&](const Elf64_Shdr& each) { return name_of(each) == name; });
    return found == sections_.end() ? nullptr : &*found;
}

const Elf64_Shdr* ElfFile::section_at(uint64_t index) const {
    return index < sections_.size() ? &sections_[index] : nullptr;
}

Bytes ElfFile::content(const Elf64_Shdr& section) const {
    if (section.sh_type == SHT_NOBITS) return {};
    return part(bytes_, section.sh_offset, section.sh_size);
}

Bytes ElfFile::content_at_address(uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
        if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
        const uint64_t skip = address - segment.p_vaddr;
        if (skip >= segment.p_filesz || segment.p_offset > UINT64_MAX - skip) continue;
        return part(bytes_, segment.p_offset + skip, segment.p_filesz - skip);
    }
    return {};
}

Bytes ElfFile::build_id() const {
    for (const Elf64_Shdr& section : sections_)
        if (section.sh_type == SHT_NOTE)
            if (const Bytes found = build_id_in(content(section)); !found.empty()) return found;
    for (const Elf64_Phdr& segment : segments_)
        if (segment.p_type == PT_NOTE)
            if (const Bytes found = build_id_in(part(bytes_, segment.p_offset, segment.p_filesz)); !found.empty())
                return found;
    return {};
}

bool ElfFile::has_debug_information() const {
    for (const std::string_view name : {".debug_info", ".zdebug_info"})
        if (const Elf64_Shdr* found = section(name); found != nullptr && !content(*found).empty()) return true;
    return false;
}

bool ElfFile::is_dynamic_only() const {
    return std::none_of(sections_.begin(), sections_.end(),
                        [](const Elf64_Shdr& each) { return each.sh_type == SHT_SYMTAB; });
}

std::optional<ElfFile::DebugLink> ElfFile::debug_link() const {
    const Elf64_Shdr* link = section(".gnu_debuglink");
    if (link == nullptr) return std::nullopt;
    const Bytes bytes = content(*link);
    const std::string_view name = text_at(bytes, 0);
    const auto crc = value_at<uint32_t>(bytes, round_up_to_4(name.size() + 1));
    // A name only: a path could lead anywhere.
    if (name.empty() || name.find('/') != std::string_view::npos || !crc) return std::nullopt;
    return DebugLink{name, *crc};
}

uint32_t ElfFile::crc() const {
    uint32_t value = ~uint32_t{0};
    for (const std::byte byte : bytes_) value = crc_table[(value ^ static_cast<uint8_t>(byte)) & 0xff] ^ (value >> 8);
    return ~value;
}

}  // namespace heapkit::symbols
