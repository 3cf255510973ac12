// SPDX-License-Identifier: MIT
//
// heapkit leaks: which blocks nothing holds any more.
//
// Side: our process, cli.
#include "leaks.h"

#include <fmt/format.h>

#include "analyze/heading.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

std::vector<std::string> next_steps(const Typed& typed, bool found) {
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    std::vector<std::string> next;
    if (found && !typed.has("traceback")) next.push_back(fmt::format("heapkit leaks {} --traceback", snapshot));
    if (typed.arguments().size() == 1) next.push_back(fmt::format("heapkit leaks LATER {} --new", snapshot));
    next.push_back(fmt::format("heapkit stats {}", snapshot));
    return next;
}

Result<int> run(const Typed& typed, Console& console) {
    auto options = leak_options_of(typed);
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
    const bool found = leaks->blocks > 0;

    Report report = session->begin_report("leaks");
    if (options->older != nullptr) {  // the newer one was named first
        std::swap(report.subjects[0], report.subjects[1]);
        report.heading = analyze::heading_of(report.subjects);
    }
    add_leaks(*session, std::move(*leaks), report);
    report.next = next_steps(typed, found);
    session->show(report, typed, console);
    return typed.has("fail") && found ? exit_condition_holds : exit_fine;
}

std::vector<Option> comparing_options() {
    return {{.names = "--new", .help = "Only blocks that OLDER does not have. Both must be snapshots of one run."},
            {.names = "--increased", .help = "Only lines (or call stacks) that lost more than in OLDER."}};
}

std::vector<Option> judging_options() {
    return {{.names = "--heuristics",
             .kind = Option::Kind::text,
             .value = "NAMES",
             .help = "When a pointer into the inside of a block holds it: stdstring, length64, newarray, "
                     "multipleinheritance, header, with commas between them; or all; memcheck, its four; or none.",
             .fallback = "all"},
            {.names = "--holders",
             .help = "List what is indirectly lost too, with the type and field that hold most of it."},
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
        .options = joined(
            {comparing_options(), leak_listing_options(), judging_options(), showing_options("10, of tracebacks 3")}),
        .examples = {{"heapkit leaks 1.heap", "what is lost, by line"},
                     {"heapkit leaks 1.heap --holders", "and which fields hold what went with it"},
                     {"heapkit leaks 1.heap --traceback --limit 1", "the call stack that lost most"},
                     {"heapkit leaks 2.heap 1.heap --new", "lost, and allocated in between"},
                     {"heapkit leaks 1.heap --kinds definite --fail", "for a build that must not leak"},
                     {"heapkit leaks 1.heap --suppressions known.supp", "without what is known"}},
        .next = {"cycles", "objects", "run"},
        .run = run};
}

}  // namespace heapkit::cli
