// SPDX-License-Identifier: MIT
//
// See module_files.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/module_files.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <prof/format.h>

#include "base/hex.h"
#include "symbols/cache_file.h"

namespace heapkit::symbols {
namespace {

namespace fs = std::filesystem;

// A snapshot keeps the first 32 bytes of a build-id.
bool has_build_id(const ElfFile& file, std::span<const uint8_t> wanted) {
    const Bytes found = file.build_id();
    const size_t kept = std::min<size_t>(found.size(), 32);
    return kept == wanted.size() && std::equal(wanted.begin(), wanted.end(), found.begin(),
                                               [](uint8_t a, std::byte b) { return a == static_cast<uint8_t>(b); });
}

// A file that may be missing: no message when it is.
std::optional<ElfFile> open_if_there(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return std::nullopt;
    auto file = ElfFile::open(path);
    if (!file) return std::nullopt;
    return *std::move(file);
}

std::optional<ElfFile> debug_file_by_build_id(const ModuleIdentity& module) {
    if (module.build_id.size() < 2) return std::nullopt;
    const std::string name = hex_digits_of(module.build_id);
    auto file = open_if_there(module.debug_root / ".build-id" / name.substr(0, 2) / (name.substr(2) + ".debug"));
    if (!file || !has_build_id(*file, module.build_id)) return std::nullopt;
    return file;
}

// That a server does not have it is an empty file there.
std::optional<ElfFile> debug_file_fetched(const ModuleIdentity& module) {
    if (module.build_id.empty()) return std::nullopt;
    const char* const named = std::getenv("DEBUGINFOD_CACHE_PATH");
    const fs::path folder = named != nullptr && *named != '\0' ? fs::path(named) : user_caches() / "debuginfod_client";
    auto file = open_if_there(folder / hex_digits_of(module.build_id) / "debuginfo");
    if (!file || !has_build_id(*file, module.build_id)) return std::nullopt;
    return file;
}

std::vector<fs::path> folders_of_debug_link(const ModuleIdentity& module) {
    std::vector<fs::path> folders;
    std::error_code error;
    // /lib may be a link to /usr/lib; packages know either name.
    for (const fs::path& path : {module.path, fs::canonical(module.path, error)}) {
        if (path.empty()) continue;
        const fs::path folder = path.parent_path();
        for (const fs::path& candidate : {folder, folder / ".debug", module.debug_root / folder.relative_path()})
            if (std::find(folders.begin(), folders.end(), candidate) == folders.end()) folders.push_back(candidate);
    }
    return folders;
}

std::optional<ElfFile> debug_file_by_link(const ModuleIdentity& module, const ElfFile& binary) {
    const auto link = binary.debug_link();
    if (!link) return std::nullopt;
    for (const fs::path& folder : folders_of_debug_link(module)) {
        auto file = open_if_there(folder / link->name);
        if (!file) continue;
        const bool matches = module.build_id.empty() || file->build_id().empty() ? file->crc() == link->crc
                                                                                 : has_build_id(*file, module.build_id);
        if (matches) return file;
    }
    return std::nullopt;
}

std::optional<ElfFile> carried_debug_file(const ModuleIdentity& module) {
    if (module.carried.empty()) return std::nullopt;
    auto file = open_if_there(module.carried / (carried_name(module) + ".debug"));
    // One without a build-id was found by the checksum of a debug link, before it was carried.
    const bool matches =
        file && (module.build_id.empty() || file->build_id().empty() || has_build_id(*file, module.build_id));
    return matches ? std::move(file) : std::nullopt;
}

std::string without_path(std::string what, const fs::path& path) {
    for (const std::string& prefix : {path.string() + ": ", path.string() + " "})
        if (what.starts_with(prefix)) return what.substr(prefix.size());
    return what;
}

void open_carried_binary(const ModuleIdentity& module, ModuleFiles& files) {
    if (module.carried.empty()) return;
    auto file = open_if_there(module.carried / carried_name(module));
    if (!file || !has_build_id(*file, module.build_id)) return;
    files.binary = *std::move(file);
    files.is_carried = true;
}

void open_binary(const ModuleIdentity& module, ModuleFiles& files) {
    open_carried_binary(module, files);
    if (files.binary) return;
    auto file = ElfFile::open(module.path);
    if (!file) {
        files.problem = without_path(file.error().what, module.path);
        return;
    }
    if (!has_build_id(*file, module.build_id)) {
        files.problem = "the file has changed since it was recorded: its build-id differs";
        return;
    }
    files.binary = *std::move(file);
}

}  // namespace

const ElfFile* ModuleFiles::with_debug_information() const {
    if (binary && binary->has_debug_information()) return &*binary;
    if (debug && debug->has_debug_information()) return &*debug;
    return nullptr;
}

std::filesystem::path folder_of_carried(const std::filesystem::path& snapshot) {
    return snapshot.string() + ".modules";
}

std::string carried_name(const ModuleIdentity& module) {
    if (!module.build_id.empty()) return hex_digits_of(module.build_id);
    const std::string path = module.path.string();
    return "path-" + hex_to_text(prof_checksum(path.data(), path.size())).substr(2);
}

std::filesystem::path root_of_container(const std::filesystem::path& snapshot) {
    auto part = snapshot.begin();
    for (const std::string_view wanted : {"/", "proc", "", "root"}) {
        const bool is_pid = wanted.empty() && part != snapshot.end() &&
                            part->string().find_first_not_of("0123456789") == std::string::npos;
        if (part == snapshot.end() || (*part != wanted && !is_pid)) return {};
        ++part;
    }
    fs::path root;
    for (auto each = snapshot.begin(); each != part; ++each) root /= *each;
    return root;
}

ModuleFiles open_module_files(const ModuleIdentity& module) {
    if (!module.root.empty()) {
        ModuleIdentity there = module;
        there.root.clear();
        there.path = module.root / module.path.relative_path();
        there.debug_root = module.root / module.debug_root.relative_path();
        if (ModuleFiles found = open_module_files(there); found.binary) return found;
    }
    ModuleFiles files;
    open_binary(module, files);
    if (files.with_debug_information() != nullptr) return files;
    files.debug = carried_debug_file(module);
    if (!files.debug) files.debug = debug_file_by_build_id(module);
    if (!files.debug && files.binary) files.debug = debug_file_by_link(module, *files.binary);
    if (!files.debug) files.debug = debug_file_fetched(module);
    return files;
}

}  // namespace heapkit::symbols
