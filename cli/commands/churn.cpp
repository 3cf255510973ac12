// SPDX-License-Identifier: MIT
//
// heapkit churn: what is allocated and freed again and again, and what would spare it.
//
// Side: our process, cli.
#include "analyze/churn.h"

#include <fmt/format.h>

#include "analyze/doubts.h"
#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10;

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    analyze::Churn churn = analyze::churn(session->last(), {.limit = rows_of(typed, usual_rows).limit});
    Report report = session->begin_report("churn");
    report.shapes.emplace_back(std::move(churn.totals));
    report.shapes.emplace_back(std::move(churn.lifetimes));
    report.shapes.emplace_back(std::move(churn.sites));
    report.shapes.emplace_back(std::move(churn.advice));
    report.notes = analyze::modules_without_lines(session->last(), analyze::Metric::allocated);
    for (std::string& note : analyze::loss_notes(session->heaps(), analyze::on_counts | analyze::on_stacks))
        report.notes.push_back(std::move(note));
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit stats {} --metric allocated --by traceback --limit 3", snapshot),
                   fmt::format("heapkit flamegraph {} --metric allocated -o allocated.svg", snapshot)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command churn_command() {
    return {.name = "churn",
            .summary = "What comes and goes: temporary blocks, lifetimes, hot lines; what to reserve, what to pool",
            .description =
                "Counts what was allocated since recording began, freed or not, by the line that allocates: how many "
                "a second, how large, how many were freed as the next thing that their thread did, and at what age.\n\n"
                "Says what would spare allocations: to reserve where a container or string outgrows its storage step "
                "by step, to keep one object or to use the stack where blocks are freed at once, to pool where many "
                "small ones live for a moment. Growth of a C array is known where a function is called realloc.",
            .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
            .options = {limit_option("rows of each table", "10"), json_option()},
            .examples = {{"heapkit churn 2.heap", "what is allocated again and again"},
                         {"heapkit churn 2.heap --limit 0", "every line that allocates"}},
            .next = {"stats", "flamegraph"},
            .run = run};
}

}  // namespace heapkit::cli
