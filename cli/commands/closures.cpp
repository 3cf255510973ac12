// SPDX-License-Identifier: MIT
//
// heapkit closures: which closures are alive, and which are registered and never removed.
//
// Side: our process, cli.
#include "analyze/closures.h"

#include <fmt/format.h>

#include "analyze/heading.h"
#include "commands.h"
#include "options.h"
#include "pictures.h"
#include "references.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_lines = 10;

Result<int> run(const Typed& typed, Console& console) {
    if (const auto output = check_output(typed); !output) return output.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const std::vector<const Heap*> heaps = session->heaps();
    if (auto refusal = analyze::refusal_to_compare(heaps)) return *refusal;
    auto closures = analyze::closures(heaps, {.limit = rows_of(typed, usual_lines).limit});
    if (!closures) return closures.error();
    if (closures->chains.empty() && typed.has("output"))
        return Error{"there is nothing to draw: no source line's closures only grow", "Ask without -o."};
    Report report = begin_references(*session, "closures");
    const std::string last = shell_quoted(typed.arguments().back());
    const std::string address = first_cell_of(closures->lines, "address");
    const bool found = !closures->leaked.empty();
    report.shapes.emplace_back(std::move(closures->lines));
    report.shapes.emplace_back(std::move(closures->captures));
    for (size_t index = 0; index < closures->leaked.size(); ++index) {
        report.shapes.emplace_back(std::move(closures->leaked[index]));
        if (index < closures->chains.size()) report.shapes.emplace_back(std::move(closures->chains[index]));
    }
    if (heaps.size() == 1)
        report.notes.push_back("Whether their number grows, a second snapshot says: heapkit closures OLDER NEWER");
    if (!address.empty()) {
        report.next = {fmt::format("heapkit backrefs {} {} --chain", last, address),
                       fmt::format("heapkit retained {} --what-if-freed {}", last, address)};
    }
    const auto shown = show_nets(*session, std::move(report), typed, console);
    if (!shown) return shown.error();
    return typed.has("fail") && found ? exit_condition_holds : *shown;
}

}  // namespace

Command closures_command() {
    return {
        .name = "closures",
        .summary = "Which closures are alive: lambdas, std::bind, coroutine frames, and who holds them",
        .description =
            "Lists lambdas in std::function, std::move_only_function and std::any, also those that lie inside of it, "
            "what std::bind made, the functions of threads and futures, and frames of coroutines, by their source "
            "line: how many, what they keep alive, what they capture and which container holds them.\n\n"
            "With several snapshots, oldest first, those of which there are more at every step are leaked closures: "
            "registered and never removed. Of each it says who registers them, and shows the chain from a root.\n\n"
            "Exit status: 0; 1 with --fail when closures leak; 2 when something is wrong.",
        .arguments = {{"SNAPSHOT", "Snapshots, oldest first.", 1, SIZE_MAX}},
        .options = joined({{limit_option("source lines", "10"),
                            {.names = "--fail", .help = "Exit with 1 when closures of one line only grow."}},
                           picture_options()}),
        .examples = {{"heapkit closures 2.heap", "which are alive, and who holds them"},
                     {"heapkit closures 1.heap 2.heap 3.heap", "which are registered and never removed"},
                     {"heapkit closures 1.heap 2.heap -o closure.png", "the chains of those, drawn"}},
        .next = {"backrefs", "retained"},
        .run = run};
}

}  // namespace heapkit::cli
