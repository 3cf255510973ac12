// SPDX-License-Identifier: MIT
//
// heapkit count: how many are there of a type?
//
// Side: our process, cli.
#include "analyze/count.h"

#include <fmt/format.h>

#include "analyze/losses.h"
#include "commands.h"
#include "session.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    const std::vector<std::string>& words = typed.arguments();
    const auto session = Session::open(std::span(words).first(1), console);
    if (!session) return session.error();
    auto table = analyze::count(session->last(), std::span(words).subspan(1));
    if (!table) return table.error();
    Report report = session->begin_report("count");
    report.shapes.emplace_back(std::move(*table));
    report.notes = analyze::loss_notes(session->heaps(), analyze::on_counts | analyze::on_types);
    const std::string snapshot = shell_quoted(words[0]), type = shell_quoted(words[1]);
    report.next = {fmt::format("heapkit objects {} --type {}", snapshot, type),
                   fmt::format("heapkit backrefs {} --type {} --chain", snapshot, type)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command count_command() {
    return {.name = "count",
            .summary = "How many objects there are of a type, and how large they are together",
            .description =
                "As objgraph's count(). TYPE may be a pattern: UserRecord is also docserver::UserRecord, while a name "
                "with :: means the qualified one; * ? [a-z] are as in a shell. All types that match are added up.",
            .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."},
                          {"TYPE", "A type, or a pattern.", 1, SIZE_MAX}},
            .options = {{.names = "--json", .help = "Write the answer as JSON."}},
            .examples = {{"heapkit count 1.heap UserRecord", "one number"},
                         {"heapkit count 1.heap Document Session 'http::*'", "several, a whole namespace among them"}},
            .next = {"objects", "types"},
            .run = run};
}

}  // namespace heapkit::cli
