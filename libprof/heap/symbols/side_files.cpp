// SPDX-License-Identifier: MIT
//
// See side_files.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/side_files.h"

#include <elfutils/libdwelf.h>

#include <algorithm>
#include <set>
#include <span>

#include "base/hex.h"
#include "symbols/dwarf_walk.h"
#include "symbols/elf_file.h"

namespace heapkit::symbols {
namespace {

namespace fs = std::filesystem;

constexpr unsigned gnu_dwo_name = 0x2130;  // DW_AT_GNU_dwo_name: -gsplit-dwarf before DWARF 5

bool has_build_id(const fs::path& path, std::span<const uint8_t> wanted) {
    const auto file = ElfFile::open(path);
    if (!file) return false;
    const Bytes found = file->build_id();
    return std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(),
                      [](uint8_t a, std::byte b) { return a == static_cast<uint8_t>(b); });
}

void add_shared(const fs::path& file, Dwarf* dwarf, SideFiles& files) {
    const char* name = nullptr;
    const void* id = nullptr;
    const ssize_t bytes = dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &id);
    if (bytes <= 0) return;
    const std::span<const uint8_t> build_id(static_cast<const uint8_t*>(id), static_cast<size_t>(bytes));
    const std::string hex = hex_digits_of(build_id), carried = hex + ".debug";
    std::error_code error;
    const fs::path folder = fs::canonical(file, error).parent_path();
    for (const fs::path& path : {folder / carried, folder / name,
                                 fs::path("/usr/lib/debug/.build-id") / hex.substr(0, 2) / (hex.substr(2) + ".debug")})
        if (has_build_id(path, build_id)) return files.found.push_back({path, carried});
    files.missing.emplace_back(name);
}

// A path that stays below the folder from which it is taken.
bool stays_below(const fs::path& path) {
    return path.is_relative() && !path.empty() && std::find(path.begin(), path.end(), fs::path("..")) == path.end();
}

void add_half(const fs::path& file, Dwarf_Die& unit, SideFiles& files) {
    const char* name = text_of(unit, DW_AT_dwo_name);
    if (name == nullptr) name = text_of(unit, gnu_dwo_name);
    if (name == nullptr) return;
    const char* const built_in = text_of(unit, DW_AT_comp_dir);
    std::error_code error;
    const fs::path beside = file.parent_path() / name, built = fs::path(built_in != nullptr ? built_in : "") / name;
    const fs::path& path = fs::is_regular_file(beside, error) ? beside : built;
    const fs::path carried = fs::path(name).lexically_normal();
    if (fs::is_regular_file(path, error) && stays_below(carried) && carried.extension() == ".dwo" && carried == name)
        return files.found.push_back({path, carried.string()});
    files.missing.emplace_back(name);
}

}  // namespace

SideFiles side_files_of(const fs::path& file) {
    SideFiles files;
    const DwarfFile opened(file.c_str());
    if (!opened.is_open()) return files;
    add_shared(file, opened.get(), files);
    for_each_unit(opened.get(), [&](uint8_t type, Dwarf_Die& unit, Dwarf_Die&) {
        const bool may_be_half = type == DW_UT_skeleton || type == DW_UT_compile;
        if (may_be_half) add_half(file, unit, files);
    });
    std::set<std::string> done;
    std::erase_if(files.found, [&](const SideFiles::File& each) { return !done.insert(each.carried_name).second; });
    return files;
}

}  // namespace heapkit::symbols
