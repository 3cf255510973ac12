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

// Functions that give memory, under names that only one allocator has.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> own_names = {
    {{"_rjem_malloc", "jemalloc"},
     {"je_malloc", "jemalloc"},
     {"tc_malloc", "tcmalloc"},
     {"TCMallocInternalMalloc", "tcmalloc"},
     {"mi_malloc", "mimalloc"},
     {"sn_rust_alloc", "snmalloc"},
     {"rpmalloc", "rpmalloc"},
     {"runtime.mallocgc", "Go's heap"}}};

// What is left of one where symbols were stripped: what jemalloc prints, and a section of Go's.
std::string family_of_stripped(const ElfFile& file) {
    constexpr std::string_view jemalloc_says = "<jemalloc>";
    if (const Elf64_Shdr* const texts = file.section(".rodata")) {
        const symbols::Bytes bytes = file.content(*texts);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (text.find(jemalloc_says) != text.npos) return "jemalloc";
    }
    return file.section(".gopclntab") != nullptr || file.section(".go.buildinfo") != nullptr ? "Go's heap" : "";
}

std::optional<Unseen> unseen_in(const ElfFile& file) {
    if (defines(file, SHT_DYNSYM, "malloc")) return std::nullopt;
    if (defines(file, SHT_SYMTAB, "malloc")) return Unseen{family_of(file), "malloc"};
    for (const auto& [name, family] : own_names)
        if (defines(file, SHT_DYNSYM, name) || defines(file, SHT_SYMTAB, name))
            return Unseen{std::string(family), std::string(name)};
    if (!file.is_dynamic_only()) return std::nullopt;
    const std::string family = family_of_stripped(file);
    return family.empty() ? std::optional<Unseen>() : Unseen{family, ""};
}

// Allocators under names of their own, in any of the modules; a hidden malloc of the executable was told already.
Findings besides(const Patient& patient) {
    Findings findings;
    for (const fs::path& path : patient.modules) {
        const auto file = ElfFile::open(patient.here(path));
        const auto unseen = file ? unseen_in(*file) : std::nullopt;
        if (!unseen || unseen->function == "malloc") continue;
        findings.push_back({Finding::Verdict::limits, "allocator",
                            unseen->text() + " is in " + path.filename().string() +
                                " under names of its own: what it allocates is not recorded, and leaks cannot be "
                                "told. Build without it to see that."});
    }
    return findings;
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

std::string Unseen::text() const {
    const std::string name = family.empty() ? "an allocator" : family;
    return function.empty() ? name : name + " (" + function + ")";
}

std::optional<Unseen> unseen_allocator_in(const fs::path& module) {
    const auto file = ElfFile::open(module);
    return file ? unseen_in(*file) : std::nullopt;
}

Findings look_at_allocator(const Patient& patient) {
    Findings findings = {malloc_of(patient)};
    for (Finding& each : besides(patient)) findings.push_back(std::move(each));
    const auto executable = ElfFile::open(patient.here(patient.executable));
    if (executable && defines(*executable, SHT_DYNSYM, operator_new))
        findings.push_back({Finding::Verdict::fine, "operator new",
                            "the program's own; what it asks malloc for is recorded, with sizes as it asks them"});
    return findings;
}

}  // namespace heapkit::cli
