// SPDX-License-Identifier: MIT
//
// heapkit retained: who keeps most alive.
//
// Side: our process, cli.
#include "analyze/retained.h"

#include <fmt/format.h>

#include "commands.h"
#include "options.h"
#include "references.h"
#include "steps.h"
#include "what_if.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10;

Result<int> run(const Typed& typed, Console& console) {
    if (typed.has("what-if-freed")) return show_what_if(typed, console, "retained");
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const Heap& heap = session->last();
    const auto ownership = analyze::Ownership::of(heap, typed.has("raw"));
    if (!ownership) return ownership.error();
    const analyze::RetainedOptions options{.limit = rows_of(typed, usual_rows).limit};
    Report report = begin_references(*session, "retained");
    report.shapes.emplace_back(analyze::held_totals(*ownership));
    std::string address;
    if (const auto by = analyze::parse_retained_by(typed.text("by"))) {
        report.shapes.emplace_back(analyze::retained_by(heap, *ownership, *by, options));
    } else {
        report.shapes.emplace_back(analyze::retained_by(heap, *ownership, analyze::RetainedBy::root, options));
        Table objects = analyze::biggest_objects(heap, *ownership, options);
        address = first_cell_of(objects, "address");
        report.shapes.emplace_back(std::move(objects));
    }
    report.notes.insert(report.notes.begin(),
                        "self: itself · retained: what would go with it · reachable: all it leads to, others' too.");
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit tree {}", snapshot)};
    if (!address.empty())
        report.next.push_back(fmt::format("heapkit retained {} --what-if-freed {}", snapshot, address));
    report.next.push_back(fmt::format("heapkit retained {} --by type", snapshot));
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command retained_command() {
    const Option by = {.names = "--by",
                       .kind = Option::Kind::choice,
                       .value = "KEY",
                       .help =
                           "Add up by type, by the site that allocated, or by root, each object once: one below "
                           "another of its type is not counted again.",
                       .choices = {"type", "site", "root"}};
    return {
        .name = "retained",
        .summary = "Who keeps most alive: objects and roots by what would go with them",
        .description =
            "An object's retained size is its own and that of all that only it keeps alive: what would be freed if it "
            "were. It is not what can be reached from it, which others may own too; both are shown. Only owning "
            "references count: weak pointers, back pointers and iterators keep nothing alive.\n\n"
            "Shows the roots that own most, and the biggest objects: those that no other object keeps alive alone. "
            "--what-if-freed says of one object, or all of a type, what would go, what would stay, and who else owns "
            "that. heapkit tree goes down from the roots.",
        .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
        .options = {by,
                    what_if_option(),
                    {.names = "--raw", .help = "Do not fold what containers and smart pointers consist of."},
                    limit_option("rows of each table", "10"),
                    json_option()},
        .examples = {{"heapkit retained 2.heap", "the biggest owners and objects"},
                     {"heapkit retained 2.heap --by type", "which types keep most alive"},
                     {"heapkit retained 2.heap --what-if-freed EventBus::handlers_", "what clearing it would free"},
                     {"heapkit retained 2.heap --what-if-freed Session", "what all sessions together keep alive"}},
        .next = {"tree", "containers"},
        .run = run};
}

}  // namespace heapkit::cli
