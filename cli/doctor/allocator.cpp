// SPDX-License-Identifier: MIT
//
// See allocator.h.
//
// Side: our process, cli.
#include "doctor/allocator.h"

#include <array>
#include <string_view>
#include <utility>

#include "symbols/elf_file.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
using symbols::ElfFile;

constexpr std::string_view operator_new = "_Znwm";

bool has_function(const ElfFile& file, const Elf64_Shdr& table, std::string_view name) {
    const Elf64_Shdr* const names = file.section_at(table.sh_link);
    if (names == nullptr) return false;
    const symbols::Bytes content = file.content(table), texts = file.content(*names);
    for (uint64_t at = 0; const auto symbol = symbols::value_at<Elf64_Sym>(content, at); at += sizeof(Elf64_Sym)) {
        const unsigned type = ELF64_ST_TYPE(symbol->st_info);
        const bool is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
        if (is_function && symbol->st_shndx != SHN_UNDEF && symbols::text_at(texts, symbol->st_name) == name)
            return true;
    }
    return false;
}

// In .dynsym (SHT_DYNSYM), where other modules find it, or in .symtab (SHT_SYMTAB).
bool defines(const ElfFile& file, uint32_t table_type, std::string_view name) {
    for (const Elf64_Shdr& section : file.sections())
        if (section.sh_type == table_type && has_function(file, section, name)) return true;
    return false;
}

// Of which family a malloc is, by what comes with it: "jemalloc", or "".
std::string family_of(const ElfFile& file) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> marks = {{{"mallctl", "jemalloc"},
                                                                                     {"je_mallctl", "jemalloc"},
                                                                                     {"tc_malloc", "tcmalloc"},
                                                                                     {"mi_malloc", "mimalloc"},
                                                                                     {"malloc_info", "glibc's"}}};
    for (const auto& [mark, family] : marks)
        if (defines(file, SHT_DYNSYM, mark) || defines(file, SHT_SYMTAB, mark)) return std::string(family);
    return {};
}

std::string described(const ElfFile& file, const fs::path& path) {
    const std::string family = family_of(file), name = path.filename().string();
    return family.empty() ? "that of " + name : family + " (" + name + ")";
}

// The loader searches the executable before anything that is preloaded.
Finding own_malloc(const ElfFile& executable, bool is_exported) {
    const std::string family = family_of(executable);
    const std::string linked =
        "an allocator " + (family.empty() ? "" : "(" + family + ") ") + "is linked into the executable";
    if (is_exported)
        return {Finding::Verdict::refuses, "allocator",
                linked +
                    " and comes before ours: nothing would be recorded. Link it as a shared library, or leave it out."};
    return {Finding::Verdict::limits, "allocator",
            linked + ": only what libraries allocate is recorded. Link it as a shared library, or leave it out."};
}

Finding malloc_of(const Patient& patient) {
    for (const fs::path& path : patient.modules) {
        const auto file = ElfFile::open(patient.here(path));
        if (!file) continue;
        const bool is_executable = &path == &patient.modules.front(),
                   is_exported = defines(*file, SHT_DYNSYM, "malloc");
        if (is_executable && (is_exported || defines(*file, SHT_SYMTAB, "malloc")))
            return own_malloc(*file, is_exported);
        if (is_exported) return {Finding::Verdict::fine, "allocator", described(*file, path)};
    }
    return {Finding::Verdict::limits, "allocator",
            "no module defines malloc: what allocates here, and whether it can be recorded, is not known."};
}

}  // namespace

Findings look_at_allocator(const Patient& patient) {
    Findings findings = {malloc_of(patient)};
    const auto executable = ElfFile::open(patient.here(patient.executable));
    if (executable && defines(*executable, SHT_DYNSYM, operator_new))
        findings.push_back({Finding::Verdict::fine, "operator new",
                            "the program's own; what it asks malloc for is recorded, with sizes as it asks them"});
    return findings;
}

}  // namespace heapkit::cli
