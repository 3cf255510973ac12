// SPDX-License-Identifier: MIT
//
// heapkit cycles: objects that keep each other alive, and that nothing else holds.
//
// Side: our process, cli.
#include "analyze/cycles.h"

#include <fmt/format.h>

#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "pictures.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_kinds = 10;

Result<int> run(const Typed& typed, Console& console) {
    if (const auto output = check_output(typed); !output) return output.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    auto cycles =
        analyze::cycles(session->last(), {.limit = rows_of(typed, usual_kinds).limit, .raw = typed.has("raw")});
    if (!cycles) return cycles.error();
    Report report = session->begin_report("cycles");
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    const std::string address = first_cell_of(cycles->table, "address");
    if (!address.empty()) {
        report.next = {fmt::format("heapkit object {} {}", snapshot, address)};
        if (!typed.has("output")) report.next.push_back(fmt::format("heapkit cycles {} -o cycles.png", snapshot));
    }
    report.next.push_back(fmt::format("heapkit leaks {}", snapshot));
    const bool found = cycles->cycles > 0;
    if (!found && typed.has("output"))
        return Error{"there is nothing to draw: no cycle keeps itself alive", "Ask without -o."};
    report.shapes.emplace_back(std::move(cycles->table));
    for (auto& kind : cycles->kinds) report.shapes.emplace_back(std::move(kind.net));
    for (std::string& note : analyze::loss_notes(session->heaps(), analyze::on_types))
        report.notes.push_back(std::move(note));
    const auto shown = show_nets(*session, std::move(report), typed, console);
    if (!shown) return shown.error();
    return typed.has("fail") && found ? exit_condition_holds : *shown;
}

}  // namespace

Command cycles_command() {
    return {
        .name = "cycles",
        .summary = "Objects that keep each other alive: cycles of owning references that nothing else holds",
        .description =
            "Two objects that own each other by std::shared_ptr are never freed, though nothing else knows of them. "
            "Lists such cycles by the fields that close them, with all that hangs on them, and shows one of each "
            "kind. To mend one, make one of its fields a std::weak_ptr.\n\n"
            "Exit status: 0; 1 with --fail when there is a cycle; 2 when something is wrong.",
        .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
        .options = joined({{limit_option("kinds of cycles", "10"),
                            {.names = "--raw", .help = "Show what containers and smart pointers consist of."},
                            {.names = "--fail", .help = "Exit with 1 when there is a cycle."}},
                           picture_options()}),
        .examples = {{"heapkit cycles 1.heap", "which fields close cycles"},
                     {"heapkit cycles 1.heap -n 1 -o cycle.png", "the largest kind, drawn"},
                     {"heapkit cycles exit.heap --fail", "for a build that must not leak"}},
        .next = {"leaks", "backrefs"},
        .run = run};
}

}  // namespace heapkit::cli
