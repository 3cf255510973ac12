// SPDX-License-Identifier: MIT
//
// See debug_symbols.h.
//
// Side: our process, cli.
#include "doctor/debug_symbols.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/hex.h"
#include "doctor/packages.h"
#include "symbols/module_files.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
using symbols::ElfFile;

struct Module {
    fs::path path, debug_file;
    std::vector<uint8_t> build_id;
    std::string_view known;  // what text says of it
    bool has_lines = false;
};

constexpr std::string_view all = "functions, lines and types", functions = "functions", exported = "exported functions";

std::vector<uint8_t> build_id_of(const fs::path& path) {
    const auto file = ElfFile::open(path);
    std::vector<uint8_t> bytes;
    if (file)
        for (const std::byte each : file->build_id()) bytes.push_back(static_cast<uint8_t>(each));
    return bytes;
}

Module look_at(const Patient& patient, const fs::path& path) {
    Module module{.path = path, .debug_file = {}, .build_id = build_id_of(patient.here(path)), .known = exported};
    const auto files = symbols::open_module_files({.path = patient.here(path), .build_id = module.build_id});
    const ElfFile* const debug = files.with_debug_information();
    module.has_lines = debug != nullptr;
    if (files.debug) module.debug_file = files.debug->path();
    const bool has_table =
        files.binary && (!files.binary->is_dynamic_only() || files.binary->section(".gnu_debugdata") != nullptr);
    if (has_table || files.debug) module.known = functions;
    if (module.has_lines) module.known = all;
    return module;
}

std::string remedy_for(const Module& module, const std::string& package) {
    if (module.has_lines) return {};
    std::string text = package.empty() ? "build it with -g" : package;
    if (std::getenv("DEBUGINFOD_URLS") != nullptr && !module.build_id.empty())
        text += ", or debuginfod-find debuginfo " + hex_digits_of(module.build_id);
    return text;
}

Finding finding_of(const std::vector<Module>& modules) {
    size_t with_lines = 0;
    for (const Module& module : modules) with_lines += module.has_lines ? 1U : 0U;
    const std::string counts = fmt::format("{} of {} modules have lines and types", with_lines, modules.size());
    if (!modules.front().has_lines)
        return {
            Finding::Verdict::limits, "symbols",
            counts + ", not the executable: its code is named by function, as far as that is known, and few types are"};
    return {Finding::Verdict::fine, "symbols", counts};
}

}  // namespace

DebugSymbols look_at_debug_symbols(const Patient& patient) {
    std::vector<Module> modules;
    std::vector<fs::path> without;
    for (const fs::path& path : patient.modules) {
        modules.push_back(look_at(patient, path));
        if (!modules.back().has_lines) without.push_back(path);
    }
    const std::vector<std::string> packages = debug_packages_of(without);
    Table table{.title = "Modules", .key = "modules"};
    table.columns = {{.name = "module", .key = "name"},
                     {.name = "known", .key = "symbols"},
                     {.name = "how to get lines", .key = "remedy"},
                     {.name = "path", .key = "path", .is_for_json = true},
                     {.name = "debug file", .key = "debug_file", .is_for_json = true},
                     {.name = "build-id", .key = "build_id", .is_for_json = true}};
    size_t next = 0;
    bool names_archive = false;
    for (const Module& module : modules) {
        const std::string package = module.has_lines ? "" : packages[next++];
        names_archive = names_archive || package.ends_with(in_debug_archive);
        table.rows.push_back({module.path.filename().string(), std::string(module.known), remedy_for(module, package),
                              module.path.string(), module.debug_file.string(), hex_digits_of(module.build_id)});
    }
    return {
        finding_of(modules), std::move(table),
        names_archive
            ? "The distribution's archive of debug symbols is not among apt's sources here: add it, then apt install."
            : ""};
}

}  // namespace heapkit::cli
