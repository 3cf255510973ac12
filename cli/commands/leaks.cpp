// SPDX-License-Identifier: MIT
//
// heapkit leaks: which blocks nothing holds any more.
//
// Side: our process, cli.
#include "analyze/leaks.h"

#include <fmt/format.h>

#include "analyze/doubts.h"
#include "analyze/heading.h"
#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10, usual_tracebacks = 3;

// What was typed but for the heaps.
Result<analyze::LeakOptions> options_of(const Typed& typed) {
    const bool by_traceback = typed.has("traceback");
    analyze::LeakOptions options{.only_new = typed.has("new"),
                                 .only_increased = typed.has("increased"),
                                 .by_traceback = by_traceback,
                                 .rows = rows_of(typed, by_traceback ? usual_tracebacks : usual_rows)};
    const auto kinds = analyze::parse_leak_kinds(typed.text("kinds", "definite,possible"));
    if (!kinds) return kinds.error();
    options.kinds = *kinds;
    const auto heuristics = refs::parse_heuristics(typed.text("heuristics", "all"));
    if (!heuristics) return heuristics.error();
    options.heuristics = *heuristics;
    for (const std::string& file : typed.all("suppressions")) {
        auto suppressions = analyze::read_suppressions(file);
        if (!suppressions) return suppressions.error();
        for (analyze::Suppression& each : *suppressions) options.suppressions.push_back(std::move(each));
    }
    return options;
}

std::vector<std::string> next_steps(const Typed& typed, const analyze::Leaks& leaks) {
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    std::vector<std::string> next;
    if (leaks.blocks > 0 && !typed.has("traceback"))
        next.push_back(fmt::format("heapkit leaks {} --traceback", snapshot));
    if (typed.arguments().size() == 1) next.push_back(fmt::format("heapkit leaks LATER {} --new", snapshot));
    next.push_back(fmt::format("heapkit stats {}", snapshot));
    return next;
}

void add_notes(const Session& session, analyze::Leaks& leaks, Report& report) {
    report.notes = std::move(leaks.notes);
    for (std::string& note : analyze::loss_notes(session.heaps(), analyze::on_stacks))
        report.notes.push_back(std::move(note));
    if (leaks.blocks == 0) return;
    for (std::string& note : analyze::modules_without_lines(session.first())) report.notes.push_back(std::move(note));
}

Result<int> run(const Typed& typed, Console& console) {
    auto options = options_of(typed);
    if (!options) return options.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    options->heap = &session->heap(0);
    if (typed.arguments().size() > 1) options->older = &session->heap(1);
    if (options->older != nullptr && !typed.has("force")) {
        if (auto refusal = analyze::refusal_to_compare(*options->older, *options->heap)) return *refusal;
    }
    auto leaks = analyze::leaks(*options);
    if (!leaks) return leaks.error();

    Report report = session->begin_report("leaks");
    if (options->older != nullptr) {  // the newer one was named first
        std::swap(report.subjects[0], report.subjects[1]);
        report.heading = analyze::heading_of(report.subjects);
    }
    report.shapes.emplace_back(std::move(leaks->totals));
    report.shapes.emplace_back(std::move(leaks->groups));
    if (!leaks->suppressions.rows.empty()) report.shapes.emplace_back(std::move(leaks->suppressions));
    add_notes(*session, *leaks, report);
    report.next = next_steps(typed, *leaks);
    session->show(report, typed, console);
    return typed.has("fail") && leaks->blocks > 0 ? exit_condition_holds : exit_fine;
}

std::vector<Option> leak_options() {
    return {{.names = "--new", .help = "Only blocks that OLDER does not have. Both must be snapshots of one run."},
            {.names = "--increased", .help = "Only lines (or call stacks) that lost more than in OLDER."},
            {.names = "--kinds",
             .kind = Option::Kind::text,
             .value = "KINDS",
             .help = "Which kinds to list: definite, indirect, possible, reachable, with commas between them; or all.",
             .fallback = "definite,possible"},
            {.names = "--traceback", .help = "By whole call stacks, not by line."},
            {.names = "--suppressions",
             .kind = Option::Kind::file,
             .value = "FILE",
             .help = "Leave out what FILE knows of, in LeakSanitizer's format: leak:PATTERN, one a line.",
             .is_repeatable = true},
            {.names = "--heuristics",
             .kind = Option::Kind::text,
             .value = "NAMES",
             .help = "When a pointer into the inside of a block holds it: stdstring, length64, newarray, "
                     "multipleinheritance, with commas between them; or all, or none.",
             .fallback = "all"},
            {.names = "--fail", .help = "Exit with 1 when anything is listed."},
            {.names = "--raw-frames",
             .help = "The line is that of the innermost frame, even when that is an allocator's or a container's."},
            {.names = "--force", .help = "Compare snapshots of different programs all the same."}};
}

}  // namespace

Command leaks_command() {
    return {
        .name = "leaks",
        .summary = "What is lost: blocks that nothing in the program holds any more",
        .description =
            "Follows all pointers from globals, thread stacks, registers and thread-local storage, and lists what is "
            "not reached, with Valgrind memcheck's kinds. Definitely lost: nothing refers to it. Indirectly lost: only "
            "lost blocks refer to it; it counts as held by the definitely lost one that it hangs on. Possibly lost: "
            "only pointers into the inside of blocks lead to it. Still reachable: a chain of pointers leads to it. Of "
            "a cycle that nothing else holds, one block is definitely lost and the rest hangs on it.\n\n"
            "With OLDER, an earlier snapshot of the same program, shows what changed.\n\n"
            "Exit status: 0; 1 with --fail when anything is listed; 2 when something is wrong.",
        .arguments = {{"SNAPSHOT", "The snapshot to judge."}, {"OLDER", "An earlier one to compare with.", 0, 1}},
        .options = joined({leak_options(), showing_options("10, of tracebacks 3")}),
        .examples = {{"heapkit leaks 1.heap", "what is lost, by line"},
                     {"heapkit leaks 1.heap --traceback --limit 1", "the call stack that lost most"},
                     {"heapkit leaks 2.heap 1.heap --new", "lost, and allocated in between"},
                     {"heapkit leaks 1.heap --kinds definite --fail", "for a build that must not leak"},
                     {"heapkit leaks 1.heap --suppressions known.supp", "without what is known"}},
        .next = {"stats", "diff"},
        .run = run};
}

}  // namespace heapkit::cli
