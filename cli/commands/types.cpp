// SPDX-License-Identifier: MIT
//
// heapkit types: the most common types.
//
// Side: our process, cli.
#include <fmt/format.h>

#include "analyze/losses.h"
#include "analyze/statistics.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    analyze::TypeOptions options{.filter = {}, .rows = rows_of(typed, 10), .by_size = typed.text("sort") == "size"};
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    options.filter = std::move(*filter);
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    Report report = session->begin_report("types");
    auto table = analyze::common_types(session->last(), options);
    if (!table) return table.error();
    report.shapes.emplace_back(std::move(*table));
    report.notes = analyze::loss_notes(session->heaps(), analyze::on_counts | analyze::on_types);
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit stats {}", snapshot), fmt::format("heapkit growth {} LATER", snapshot)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command types_command() {
    const Option sort = {.names = "--sort",
                         .kind = Option::Kind::choice,
                         .value = "KEY",
                         .help = "Sort by count or by size.",
                         .choices = {"count", "size"},
                         .fallback = "count"};
    return {.name = "types",
            .summary = "What is there: the most common types, with their count and size",
            .description =
                "Lists types as objgraph's show_most_common_types() does, with bytes. A block whose first word is a "
                "vtable has the type that the vtable names, for certain; any other is shown by the place that "
                "allocated it: \"in Cache::load() cache.cpp:42\". The last column says which of the two it is.",
            .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
            .options = joined({{sort}, filter_options(), showing_options("10")}),
            .examples = {{"heapkit types 1.heap", "the ten most common"},
                         {"heapkit types 1.heap --sort size", "those that hold most"},
                         {"heapkit types 1.heap --include 'type=http::*'", "one namespace"}},
            .next = {"stats", "growth"},
            .run = run};
}

}  // namespace heapkit::cli
