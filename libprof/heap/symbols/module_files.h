// SPDX-License-Identifier: MIT
//
// The files behind a module: the binary that ran, and its debug information wherever that is.
//
// Side: heap, floor 3 (symbols).
//
// A file counts only when its build-id is the one that the snapshot recorded: symbols of another build are worse than
// none. A snapshot that was carried here has its modules in a folder beside it, FILE.modules, by carried_name(): they
// come first. One of a container, seen as /proc/PID/root/FILE, has them in that root. Debug information is looked for
// in this order; nothing is fetched over a network:
//
//     the binary itself
//     the folder beside the snapshot
//     /usr/lib/debug/.build-id/xx/yyyy.debug
//     its .gnu_debuglink: beside it, in .debug/ beside it, under /usr/lib/debug + its folder
//     what debuginfod-find fetched: $DEBUGINFOD_CACHE_PATH or ~/.cache/debuginfod_client, BUILD-ID/debuginfo
//
// Where there is none and the binary is stripped, its .gnu_debugdata has names (embedded_symbols.h).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "symbols/elf_file.h"

namespace heapkit::symbols {

struct ModuleFiles {
    std::optional<ElfFile> binary;
    std::optional<ElfFile> debug;  // when it is another file than the binary
    std::string problem;           // why there is no binary: "no such file", "the file has changed: …"
    bool is_carried = false;       // the binary comes from beside the snapshot

    // The file to read DWARF from; nullptr when there is none.
    const ElfFile* with_debug_information() const;
};

struct ModuleIdentity {
    std::filesystem::path path;
    std::span<const uint8_t> build_id;   // empty: the module has none
    std::filesystem::path carried = {};  // the folder beside the snapshot; "" for none
    std::filesystem::path root = {};     // of the process's files when it had others than ours; "" for none
    std::filesystem::path debug_root = "/usr/lib/debug";
};

// Where a snapshot's modules are when they were carried with it: "1.heap.modules".
std::filesystem::path folder_of_carried(const std::filesystem::path& snapshot);
// "/proc/42/root" of "/proc/42/root/tmp/1.heap"; "" of any other.
std::filesystem::path root_of_container(const std::filesystem::path& snapshot);
// What a module is called there: its build-id, or a number made of its path; its debug file has ".debug" behind that.
std::string carried_name(const ModuleIdentity& module);

ModuleFiles open_module_files(const ModuleIdentity& module);

}  // namespace heapkit::symbols
