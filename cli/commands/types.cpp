// SPDX-License-Identifier: MIT
//
// heapkit types: the most common types.
//
// Side: our process, cli.
#include <fmt/format.h>

#include "analyze/evidence.h"
#include "analyze/losses.h"
#include "analyze/statistics.h"
#include "commands.h"
#include "options.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

Result<int> run_evidence(const Session& session, const Typed& typed, Console& console) {
    Report report = session.begin_report("types");
    auto tables = analyze::evidence_of_types(session.last());
    report.shapes.emplace_back(std::move(tables.coverage));
    report.shapes.emplace_back(std::move(tables.agreement));
    if (!tables.vtables.rows.empty()) report.shapes.emplace_back(std::move(tables.vtables));
    report.notes = analyze::loss_notes(session.heaps(), analyze::on_counts | analyze::on_types);
    report.next = {fmt::format("heapkit types {}", shell_quoted(typed.arguments()[0]))};
    session.show(report, typed, console);
    return exit_fine;
}

Result<int> run(const Typed& typed, Console& console) {
    analyze::TypeOptions options{.filter = {}, .rows = rows_of(typed, 10), .by_size = typed.text("sort") == "size"};
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    options.filter = std::move(*filter);
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    if (typed.text("by") == "evidence") return run_evidence(*session, typed, console);
    Report report = session->begin_report("types");
    auto table = analyze::common_types(session->last(), options);
    if (!table) return table.error();
    const std::string type = first_type_of(*table);
    report.shapes.emplace_back(std::move(*table));
    report.notes = analyze::loss_notes(session->heaps(), analyze::on_counts | analyze::on_types);
    for (std::string& note : analyze::missing_types(session->last())) report.notes.push_back(std::move(note));
    for (std::string& note : analyze::doubted_declarations(session->last())) report.notes.push_back(std::move(note));
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit growth {} LATER", snapshot)};
    if (!type.empty()) report.next.push_back(fmt::format("heapkit objects {} --type {}", snapshot, shell_quoted(type)));
    report.next.push_back(fmt::format("heapkit stats {}", snapshot));
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
    const Option by = {.names = "--by",
                       .kind = Option::Kind::choice,
                       .value = "WHAT",
                       .help =
                           "List types, or the ways in which they are known: how many blocks each decides, and how "
                           "often two of them agree. Of all blocks: filters are for types.",
                       .choices = {"type", "evidence"},
                       .fallback = "type"};
    return {.name = "types",
            .summary = "What is there: the most common types, with their count and size",
            .description =
                "Lists types as objgraph's show_most_common_types() does, with bytes. A block's type comes "
                "from what the program declared, from its vtable, from the allocator or container that asked for it, "
                "from a typed field that leads to "
                "it, or in C from the variable that takes malloc's result; the last column says from which. Storage "
                "is called after its container: \"vector<Session> buffer\", \"string text\". A block of which nothing "
                "says a type is shown by the place that allocated it: \"in Cache::load() cache.cpp:42\".",
            .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
            .options = joined({{by, sort}, filter_options(), showing_options("10")}),
            .examples = {{"heapkit types 1.heap", "the ten most common"},
                         {"heapkit types 1.heap --sort size", "those that hold most"},
                         {"heapkit types 1.heap --by evidence", "how the types are known"},
                         {"heapkit types 1.heap --include 'type=http::*'", "one namespace"}},
            .next = {"growth", "objects"},
            .run = run};
}

}  // namespace heapkit::cli
