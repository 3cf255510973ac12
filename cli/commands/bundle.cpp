// SPDX-License-Identifier: MIT
//
// heapkit bundle: a snapshot with what its answers are made of, to be read on another machine.
//
// Side: our process, cli. How: bundle/pack.h.
#include <fmt/format.h>
#include <filesystem>

#include <heapkit/shapes.h>
#include "bundle/pack.h"
#include "commands.h"
#include "console.h"
#include "render/json.h"

namespace heapkit::cli {
namespace {

// "heaps/7.bundle" of "heaps/7.heap".
std::string usual_output(const std::string& snapshot) {
    return std::filesystem::path(snapshot).replace_extension(".bundle").string();
}

std::vector<std::string> notes_of(const bundle::Packed& packed) {
    std::vector<std::string> notes;
    for (const auto& [module, problem] : packed.missing)
        notes.push_back(
            fmt::format("{} is not in it: {}. Its functions and types will not be known.", module, problem));
    for (const auto& [module, files, first] : packed.halved)
        notes.push_back(fmt::format("{} leans on {} that {} not here, such as {}: some of its types will not be known.",
                                    module, files == 1 ? "a file" : fmt::format("{} files", files),
                                    files == 1 ? "is" : "are", first));
    return notes;
}

Result<int> run(const Typed& typed, Console& console) {
    const std::string snapshot = typed.arguments()[0];
    const std::string output = typed.text("output", usual_output(snapshot));
    const auto packed = bundle::pack(snapshot, output, typed.text("root"));
    if (!packed) return packed.error();
    Table table{.title = "Bundle", .key = "bundle", .layout = Table::Layout::columns};
    table.columns = {{.name = "bundle", .key = "file"},
                     {.name = "size", .key = "size_bytes", .unit = Unit::bytes},
                     {.name = "unpacked", .key = "unpacked_bytes", .unit = Unit::bytes},
                     {.name = "modules", .key = "modules", .unit = Unit::count},
                     {.name = "debug files", .key = "debug_files", .unit = Unit::count}};
    table.rows = {{output, static_cast<int64_t>(packed->bundle_bytes), static_cast<int64_t>(packed->input_bytes),
                   static_cast<int64_t>(packed->modules), static_cast<int64_t>(packed->debug_files)}};
    Report report;
    report.command = "bundle";
    report.heading = {fmt::format("Packed {} with what its symbols and types come from", snapshot)};
    report.shapes.emplace_back(std::move(table));
    report.notes = notes_of(*packed);
    report.next = {fmt::format("heapkit types {}", shell_quoted(output))};
    console.print(typed.has("json") ? render::to_json(report) : render::to_text(report, console.text_options()));
    return exit_fine;
}

}  // namespace

Command bundle_command() {
    using Kind = Option::Kind;
    return {.name = "bundle",
            .summary = "Pack a snapshot with the files that its symbols and types come from",
            .description =
                "Writes one file that any command reads in place of the snapshot, on any machine: with the binaries "
                "and debug files of all modules, as they are here. Run it where the program ran.\n\n"
                "The file is a tar archive compressed by zstd; tar --zstd -xf unpacks it too. What reads it unpacks it "
                "once, into $XDG_CACHE_HOME/heapkit/bundles; what was not read for a month is removed from there.",
            .arguments = {{"SNAPSHOT", "The snapshot to pack."}},
            .options = {{.names = "-o,--output",
                         .kind = Kind::file,
                         .value = "FILE",
                         .help = "Write the bundle to FILE.",
                         .fallback = "the snapshot's name, with .bundle in place of .heap"},
                        {.names = "--root",
                         .kind = Kind::file,
                         .value = "FOLDER",
                         .help = "Look for the modules' files below FOLDER: the file system of a container.",
                         .fallback = "/, or of a snapshot below /proc/PID/root that"},
                        {.names = "--json", .help = "The answer as JSON."}},
            .examples = {{"heapkit bundle 1.heap", "makes 1.bundle"},
                         {"heapkit types 1.bundle", "on a laptop: as on the machine where it was packed"},
                         {"heapdiff monday.bundle friday.bundle", "two of them"}},
            .next = {"types", "diff"},
            .run = run};
}

}  // namespace heapkit::cli
