// SPDX-License-Identifier: MIT
//
// The outer shape of a snapshot file. Nothing here trusts a number before it is compared with the file's length, and
// no sum of two numbers from the file is taken: differences and quotients cannot overflow.
//
// Side: heap, floor 2 (read).
#include "read/sections.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/mapped_file.h"
#include "read/foreign.h"

namespace heapkit::read {
namespace {

static_assert(std::endian::native == std::endian::little, "columns are used in place");

constexpr auto take_again = "Take it again, for instance with: heapkit snapshot PID";
constexpr auto checksum_offset = offsetof(prof_header, header_checksum);

Error truncated(const std::string& name, uint64_t have_bytes, uint64_t want_bytes) {
    return {name + " is truncated: " + std::to_string(have_bytes) + " of " + std::to_string(want_bytes) + " bytes",
            "Copy it again, or take it again; see that the disk has room."};
}

Error newer(const std::string& name, const prof_header& header) {
    return {name + " is of format " + std::to_string(header.version_major) + "." +
                std::to_string(header.version_minor) + ", made by a newer heapkit; this one reads up to " +
                std::to_string(PROF_VERSION_MAJOR),
            "Use the heapkit that comes with the libprof.so that took it."};
}

Error damaged_header(const std::string& name, const std::string& how) {
    return {name + " is damaged: " + how, take_again};
}

bool checksum_holds(const prof_header& header) {
    return prof_checksum(&header, checksum_offset) == header.header_checksum;
}

// What is wrong with the header, the most helpful reason first.
std::optional<Error> check_header(const std::string& name, std::span<const std::byte> file, const prof_header& header) {
    if (header.byte_order == __builtin_bswap32(PROF_BYTE_ORDER))
        return Error{name + " comes from a machine of the other byte order", "Read it on a machine like that one."};
    const bool whole = checksum_holds(header);
    if (header.version_major > PROF_VERSION_MAJOR && (whole || header.header_bytes != sizeof(prof_header)))
        return newer(name, header);
    if (!whole) return damaged_header(name, "its header does not match its checksum");
    if (header.version_major != PROF_VERSION_MAJOR || header.byte_order != PROF_BYTE_ORDER ||
        header.header_bytes != sizeof(prof_header))
        return damaged_header(name, "its header makes no sense");
    if (header.word_bytes != 8)
        return Error{name + " comes from a process with pointers of " + std::to_string(header.word_bytes) + " bytes",
                     "heapkit reads heaps of 64-bit processes."};
    if (header.file_bytes > file.size()) return truncated(name, file.size(), header.file_bytes);
    if (header.file_bytes < file.size())
        return damaged_header(name, "it is " + std::to_string(file.size() - header.file_bytes) + " bytes too long");
    return std::nullopt;
}

std::optional<std::string> wrong_with_table(const prof_header& header, uint64_t file_bytes) {
    if (header.section_count > PROF_MAX_SECTIONS) return "it claims too many sections";
    if (header.section_entry_bytes < sizeof(prof_section)) return "the entries of its section table are too short";
    if (header.section_table_offset > file_bytes ||
        header.section_count > (file_bytes - header.section_table_offset) / header.section_entry_bytes)
        return "its section table lies outside the file";
    return std::nullopt;
}

std::optional<std::string> wrong_with_section(const prof_section& section, uint64_t file_bytes) {
    if (section.element_bytes == 0) return "has elements of no size";
    if (section.offset % PROF_SECTION_ALIGNMENT != 0) return "does not start at a multiple of 64";
    if (section.offset > file_bytes || section.element_count > (file_bytes - section.offset) / section.element_bytes)
        return "lies outside the file";
    return std::nullopt;
}

}  // namespace

namespace {

std::string name_of_python_section(uint32_t id) {
    switch (id) {
        case PROF_SECTION_PYTHON:
            return "Python";
        case PROF_SECTION_PYTHON_TYPES:
            return "Python types";
        case PROF_SECTION_PYTHON_OBJECTS:
            return "Python objects";
        case PROF_SECTION_PYTHON_REFERENCES:
            return "Python references";
        case PROF_SECTION_PYTHON_ROOTS:
            return "Python roots";
        default:
            return std::to_string(id);
    }
}

}  // namespace

std::string section_name(uint32_t id) {
    switch (id) {
        case PROF_SECTION_PROCESS:
            return "process";
        case PROF_SECTION_STRINGS:
            return "strings";
        case PROF_SECTION_MODULES:
            return "modules";
        case PROF_SECTION_MAPS:
            return "memory map";
        case PROF_SECTION_THREADS:
            return "threads";
        case PROF_SECTION_TIMELINE:
            return "timeline";
        case PROF_SECTION_NODE_PC:
            return "call tree addresses";
        case PROF_SECTION_NODE_PARENT:
            return "call tree parents";
        case PROF_SECTION_STACKS:
            return "stacks";
        case PROF_SECTION_BLOCK_ADDRESS:
            return "block addresses";
        case PROF_SECTION_BLOCK_SIZE:
            return "block sizes";
        case PROF_SECTION_BLOCK_STACK:
            return "block stacks";
        case PROF_SECTION_BLOCK_BIRTH:
            return "block births";
        case PROF_SECTION_BLOCK_SLACK:
            return "block slacks";
        case PROF_SECTION_BLOCK_WORDS_END:
            return "block word counts";
        case PROF_SECTION_WORD_SLOT:
            return "word slots";
        case PROF_SECTION_WORD_VALUE:
            return "word values";
        case PROF_SECTION_WORD_TARGETS:
            return "word targets";
        case PROF_SECTION_ROOTS:
            return "roots";
        case PROF_SECTION_LOSSES:
            return "losses";
        case PROF_SECTION_THREAD_STORAGE:
            return "thread-local storage";
        case PROF_SECTION_POOLS:
            return "pools";
        case PROF_SECTION_DECLARED_TYPES:
            return "declared types";
        case PROF_SECTION_DECLARED_FIELDS:
            return "declared fields";
        case PROF_SECTION_DOMAINS:
            return "domains";
        case PROF_SECTION_PAGE_RANGES:
            return "page ranges";
        case PROF_SECTION_PAGE_STATES:
            return "page states";
        case PROF_SECTION_BLOCK_HASH:
            return "block hashes";
        default:
            return name_of_python_section(id);
    }
}

Result<Sections> Sections::open(std::string name, std::span<const std::byte> file) {
    if (file.empty()) return Error{name + " is empty", "Take it again; see that the disk has room."};
    if (file.size() < 8 || std::memcmp(file.data(), PROF_MAGIC, 8) != 0) return not_a_snapshot(name, file);
    if (file.size() < sizeof(prof_header)) return truncated(name, file.size(), sizeof(prof_header));
    prof_header header;
    std::memcpy(&header, file.data(), sizeof(header));
    if (auto error = check_header(name, file, header)) return *error;
    if (auto wrong = wrong_with_table(header, file.size())) return damaged_header(name, *wrong);

    Sections sections;
    sections.name_ = std::move(name);
    sections.file_ = file;
    const std::byte* table = file.data() + header.section_table_offset;
    if (prof_checksum(table, uint64_t{header.section_count} * header.section_entry_bytes) !=
        header.section_table_checksum)
        return sections.damaged("its section table does not match its checksum");
    for (uint32_t i = 0; i < header.section_count; ++i) {
        prof_section section;
        std::memcpy(&section, table + size_t{i} * header.section_entry_bytes, sizeof(section));
        const uint32_t id = section.id;
        if (auto wrong = wrong_with_section(section, file.size())) return sections.damaged(id, *wrong);
        if (sections.find(id) != nullptr) return sections.damaged(id, "occurs twice");
        sections.table_.push_back(section);
    }
    return sections;
}

Result<std::span<const std::byte>> Sections::content(prof_section_id id, size_t known_bytes, Elements elements) const {
    const prof_section* section = find(id);
    if (section == nullptr) return std::span<const std::byte>();
    if (section->encoding != 0) return damaged(id, "is encoded in a way that this heapkit does not know");
    const bool fits =
        elements == Elements::exactly ? section->element_bytes == known_bytes : section->element_bytes >= known_bytes;
    if (!fits) return damaged(id, "has elements of " + std::to_string(section->element_bytes) + " bytes");
    const auto bytes = file_.subspan(section->offset, section->element_bytes * section->element_count);
    MappedFile::will_read(bytes);
    if (prof_checksum(bytes.data(), bytes.size()) != section->checksum)
        return damaged(id, "does not match its checksum");
    return bytes;
}

size_t Sections::element_bytes(prof_section_id id) const {
    const prof_section* section = find(id);
    return section == nullptr ? 0 : section->element_bytes;
}

const prof_section* Sections::find(uint32_t id) const noexcept {
    const auto found =
        std::find_if(table_.begin(), table_.end(), [&](const prof_section& each) { return each.id == id; });
    return found == table_.end() ? nullptr : &*found;
}

Error Sections::damaged(uint32_t id, const std::string& how) const {
    return damaged("its section \"" + section_name(id) + "\" " + how);
}

Error Sections::damaged(const std::string& how) const { return {name_ + " is damaged: " + how, take_again}; }

}  // namespace heapkit::read
