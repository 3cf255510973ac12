// SPDX-License-Identifier: MIT
//
// heapkit stats: what is there, by line, file, function, …
//
// Side: our process, cli.
#include <fmt/format.h>

#include "analyze/doubts.h"
#include "analyze/losses.h"
#include "analyze/statistics.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10, usual_tracebacks = 3;

unsigned rests_of(analyze::GroupBy by) {
    using analyze::GroupBy;
    if (by == GroupBy::type) return analyze::on_counts | analyze::on_types;
    return by == GroupBy::thread || by == GroupBy::domain ? analyze::on_counts
                                                          : analyze::on_counts | analyze::on_stacks;
}

std::vector<std::string> next_steps(const std::string& file, analyze::GroupBy by) {
    const std::string snapshot = shell_quoted(file);
    std::vector<std::string> next = {fmt::format("heapkit types {}", snapshot)};
    if (by != analyze::GroupBy::traceback) next.push_back(fmt::format("heapkit stats {} --by traceback", snapshot));
    next.push_back(fmt::format("heapkit flamegraph {}", snapshot));
    return next;
}

Result<int> run(const Typed& typed, Console& console) {
    const analyze::Grouping grouping = grouping_of(typed, analyze::GroupBy::lineno);
    const auto filter = filter_of(typed);
    if (!filter) return filter.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    Report report = session->begin_report("stats");
    const bool is_by_traceback = grouping.by == analyze::GroupBy::traceback;
    auto table = analyze::statistics(session->last(), grouping, *filter,
                                     rows_of(typed, is_by_traceback ? usual_tracebacks : usual_rows));
    if (!table) return table.error();
    report.shapes.emplace_back(std::move(*table));
    if (grouping.by == analyze::GroupBy::lineno || grouping.by == analyze::GroupBy::filename) {
        report.notes = analyze::modules_without_lines(session->last(), grouping.metric, *filter);
    }
    for (std::string& note : analyze::loss_notes(session->heaps(), rests_of(grouping.by))) {
        report.notes.push_back(std::move(note));
    }
    report.next = next_steps(typed.arguments()[0], grouping.by);
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command stats_command() {
    return {
        .name = "stats",
        .summary = "What is there: memory by line, file, function, module, stack, type, thread or domain",
        .description =
            "Groups the blocks of a snapshot and lists the largest groups, one a line, in the form that Python's "
            "tracemalloc uses.\n\n"
            "A block counts for its site: the innermost frame of its call stack that is not an allocator's or a "
            "container's. With --cumulative it counts for every frame of the stack, so that the line of main() holds "
            "all that was allocated below it.",
        .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
        .options = joined({{by_option("lineno"), metric_option(), cumulative_option()},
                           filter_options(),
                           showing_options("10, of tracebacks 3")}),
        .examples = {{"heapkit stats 1.heap", "the ten lines that hold most"},
                     {"heapkit stats 1.heap --by function --cumulative", "with all that they call"},
                     {"heapkit stats 1.heap --by traceback --limit 1", "the call stack that holds most"},
                     {"heapkit stats 1.heap --metric temporary", "lines whose blocks are freed at once"},
                     {"heapkit stats 1.heap --include 'server.cpp'", "one file alone"},
                     {"heapkit stats 1.heap --exclude 'module=libssl*'", "all but one library"},
                     {"heapkit stats 1.heap --by domain", "by what the program said that it was doing"},
                     {"heapkit stats 1.heap --domain request", "what was allocated in one domain"}},
        .next = {"types", "flamegraph", "diff"},
        .run = run};
}

}  // namespace heapkit::cli
