// SPDX-License-Identifier: MIT
//
// heapkit info: what a snapshot is, what its symbols are worth, and what it lost.
//
// Side: our process, cli.
#include "analyze/info.h"

#include <fmt/format.h>

#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    Report report = session->begin_report("info");
    const bool is_sample = report.subjects.front().sample_bytes > 0;
    const std::string sample = report.heading.back();
    report.heading.resize(1);  // the rest stands below
    if (is_sample) report.heading.push_back(sample);
    report.shapes.emplace_back(analyze::process_facts(session->last()));
    report.shapes.emplace_back(analyze::live_over_time(session->last()));
    report.shapes.emplace_back(analyze::modules_table(session->last()));
    report.shapes.emplace_back(analyze::losses_table(session->last()));
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit stats {}", snapshot), fmt::format("heapkit types {}", snapshot)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command info_command() {
    return {.name = "info",
            .summary = "What a snapshot is: process, times, totals, symbols, losses",
            .description =
                "Says of which process the snapshot is and when it was taken, how much was live then, at the peak and "
                "ever, how much memory recording itself took, which modules have symbols and line information, and "
                "what is missing from the snapshot and why.",
            .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
            .options = {{.names = "--json", .help = "Write the answer as JSON."}},
            .examples = {{"heapkit info 1.heap", "all about one snapshot"},
                         {"heapkit info 1.heap --json", "the same for a program"}},
            .next = {"stats", "types"},
            .run = run};
}

}  // namespace heapkit::cli
