// SPDX-License-Identifier: MIT
//
// An ELF file, read without trust: sections, build-id, debug link. 64-bit little-endian.
//
// Side:    heap, floor 3 (symbols). DWARF is dwarf.cpp's, through libdw; everything that is plain ELF is read here, so
//          that a damaged file can do no more than have no symbols.
// Threads: const after open().
// Memory:  the mapped file, or the bytes that it was made of; and a row a section.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <elf.h>

#include <heapkit/result.h>
#include "base/mapped_file.h"

namespace heapkit::symbols {

using Bytes = std::span<const std::byte>;

// The T at `offset` of `bytes`, whatever its alignment; nothing when it is not wholly inside.
template <typename T>
std::optional<T> value_at(Bytes bytes, uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

// The NUL-terminated text at `offset`; "" when it does not end inside `bytes`.
std::string_view text_at(Bytes bytes, uint64_t offset);

class ElfFile {
   public:
    static Result<ElfFile> open(const std::filesystem::path& path);
    // One that was unpacked; `path` is where it came from.
    static Result<ElfFile> in_memory(const std::filesystem::path& path, std::vector<std::byte> bytes);

    const std::filesystem::path& path() const noexcept { return path_; }
    int64_t modified_ns() const noexcept { return file_.modified_ns(); }
    uint64_t size_bytes() const noexcept { return bytes_.size(); }

    std::span<const Elf64_Shdr> sections() const noexcept { return sections_; }
    std::string_view name_of(const Elf64_Shdr& section) const { return text_at(section_names_, section.sh_name); }
    const Elf64_Shdr* section(std::string_view name) const;
    const Elf64_Shdr* section_at(uint64_t index) const;
    Bytes content(const Elf64_Shdr& section) const;  // empty when it has none in the file
    // What the file holds from a virtual address on, to the end of its segment; empty for zeroed memory.
    Bytes content_at_address(uint64_t address) const;

    Bytes build_id() const;  // empty when there is none
    bool has_debug_information() const;
    bool is_dynamic_only() const;  // no .symtab

    struct DebugLink {
        std::string_view name;
        uint32_t crc;
    };
    std::optional<DebugLink> debug_link() const;
    uint32_t crc() const;  // of the whole file, as .gnu_debuglink has it

   private:
    static Result<ElfFile> read(ElfFile elf);
    bool read_sections();
    void read_segments();

    std::filesystem::path path_;
    MappedFile file_;
    std::vector<std::byte> memory_;
    Bytes bytes_;  // in one of these; moving them does not move it
    Elf64_Ehdr header_ = {};
    std::vector<Elf64_Shdr> sections_;
    std::vector<Elf64_Phdr> segments_;
    Bytes section_names_;
};

}  // namespace heapkit::symbols
