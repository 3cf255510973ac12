// SPDX-License-Identifier: MIT
//
// heapkit object: all that is known of what lies at an address.
//
// Side: our process, cli.
#include "analyze/object.h"

#include <fmt/format.h>

#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    const std::vector<std::string>& words = typed.arguments();
    const auto session = Session::open(std::span(words).first(1), console);
    if (!session) return session.error();
    const analyze::RowOptions rows = rows_of(typed, 10);
    auto answer = analyze::object(session->last(), {.address = words[1],
                                                    .limit = rows.limit,
                                                    .raw = typed.has("raw"),
                                                    .full_paths = rows.full_paths,
                                                    .raw_frames = rows.raw_frames});
    if (!answer) return answer.error();
    Report report = session->begin_report("object");
    report.shapes.emplace_back(std::move(answer->facts));
    if (!answer->votes.rows.empty() || typed.has("json")) report.shapes.emplace_back(std::move(answer->votes));
    report.shapes.emplace_back(std::move(answer->referrers));
    report.shapes.emplace_back(std::move(answer->referents));
    report.shapes.emplace_back(std::move(answer->allocation));
    report.notes = std::move(answer->notes);
    for (std::string& note : analyze::loss_notes(session->heaps(), analyze::on_types | analyze::on_stacks))
        report.notes.push_back(std::move(note));
    const std::string what = fmt::format("{} {}", shell_quoted(words[0]), shell_quoted(words[1]));
    report.next = {fmt::format("heapkit backrefs {} --chain", what), fmt::format("heapkit refs {}", what)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command object_command() {
    const Option raw = {.names = "--raw", .help = "Show what containers and smart pointers consist of."};
    std::vector<Option> showing = showing_options("10");
    return {
        .name = "object",
        .summary = "What lies at an address: type, size, age, who allocated it, who refers to it",
        .description =
            "As objgraph's at() and tracemalloc's get_object_traceback(). The address may lie inside the object: "
            "the answer then says which member is there. It says how the type is known, and what speaks for "
            "another one.",
        .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."},
                      {"ADDRESS", "As heapkit objects shows it, or a debugger."}},
        .options = joined(
            {{raw, {.names = "--raw-frames", .help = "Call stacks have the frames of allocators and containers too."}},
             std::move(showing)}),
        .examples = {{"heapkit object 1.heap 0x5581e0c0a2b0", "all about one object"}},
        .next = {"backrefs", "refs"},
        .run = run};
}

}  // namespace heapkit::cli
