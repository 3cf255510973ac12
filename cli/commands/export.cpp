// SPDX-License-Identifier: MIT
//
// heapkit export: a snapshot for other tools.
//
// Side: our process, cli.
#include <fmt/format.h>
#include <filesystem>

#include "analyze/losses.h"
#include "commands.h"
#include "console.h"
#include "export/pprof.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

// "1.pb.gz" of "heaps/1.heap".
std::string usual_name(const Typed& typed) {
    return std::filesystem::path(typed.arguments()[0]).stem().string() + ".pb.gz";
}

Table facts_of(const exports::Pprof& profile, const std::string& file) {
    Table table{.title = "Profile", .key = "profile", .layout = Table::Layout::columns};
    table.columns = {{.name = "profile", .key = "file"},
                     {.name = "size", .key = "size_bytes", .unit = Unit::bytes},
                     {.name = "samples", .key = "samples", .unit = Unit::count},
                     {.name = "locations", .key = "locations", .unit = Unit::count},
                     {.name = "functions", .key = "functions", .unit = Unit::count}};
    table.rows = {{file, static_cast<int64_t>(profile.file.size()), static_cast<int64_t>(profile.samples),
                   static_cast<int64_t>(profile.locations), static_cast<int64_t>(profile.functions)}};
    return table;
}

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const auto profile = exports::pprof_of(session->last(), {.with_types = !typed.has("no-types")});
    if (!profile) return profile.error();
    session->clear_progress();
    const std::string output = typed.text("output", usual_name(typed));
    if (auto written = write_whole_file(output, profile->file, console); !written) return written.error();
    if (output == "-") return exit_fine;
    Report report = session->begin_report("export");
    report.shapes.emplace_back(facts_of(*profile, output));
    report.notes = analyze::loss_notes(session->heaps(), analyze::on_counts | analyze::on_stacks);
    report.next = {fmt::format("go tool pprof -http=: {}", shell_quoted(output))};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command export_command() {
    using Kind = Option::Kind;
    return {.name = "export",
            .summary = "Write a snapshot as a profile that other tools read",
            .description =
                "Writes the call stacks of a snapshot with what they hold and what they ever allocated, for pprof and "
                "for what reads its profiles: Pyroscope, Parca, speedscope, Grafana.\n\n"
                "Sample types are those of Go's heap profiles: alloc_objects, alloc_space, inuse_objects, inuse_space. "
                "What lives is labelled with its type, its thread, its domain and the average size of its blocks. Of a "
                "sampled snapshot all values are estimates, already scaled.",
            .arguments = {{"SNAPSHOT", "The snapshot."}},
            .options = {{.names = "--format",
                         .kind = Kind::choice,
                         .value = "FORMAT",
                         .help = "What to write: pprof, a gzip of perftools.profiles.Profile.",
                         .choices = {"pprof"},
                         .fallback = "pprof"},
                        {.names = "-o,--output",
                         .kind = Kind::file,
                         .value = "FILE",
                         .help = "Write to FILE; - is standard output.",
                         .fallback = "the snapshot's name, with .pb.gz in place of .heap"},
                        {.names = "--no-types", .help = "Leave types out: then no debug information is read for them."},
                        {.names = "--json", .help = "Say what was written as JSON."}},
            .examples = {{"heapkit export 1.heap -o heap.pb.gz", "then: go tool pprof -http=: heap.pb.gz"},
                         {"heapkit export 1.heap -o - | curl --data-binary @- URL", "to a server of profiles"}},
            .next = {"flamegraph", "stats"},
            .run = run};
}

}  // namespace heapkit::cli
