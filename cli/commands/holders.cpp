// SPDX-License-Identifier: MIT
//
// heapkit holders: who holds the objects of a type, all of them.
//
// Side: our process, cli.
#include "analyze/holders.h"

#include <fmt/format.h>

#include "commands.h"
#include "options.h"
#include "pictures.h"
#include "references.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_kinds = 5;

Result<int> run(const Typed& typed, Console& console) {
    if (const auto output = check_output(typed); !output) return output.error();
    if (!typed.has("type"))
        return Error{"holders speaks of a population: say which",
                     "heapkit holders SNAPSHOT --type TYPE. Of one object: heapkit backrefs SNAPSHOT ADDRESS --chain."};
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    auto answer = analyze::holders(session->last(), {.of = {.addresses = {}, .type = typed.text("type")},
                                                     .limit = rows_of(typed, usual_kinds).limit,
                                                     .raw = typed.has("raw")});
    if (!answer) return answer.error();
    if (answer->nets.empty() && typed.has("output"))
        return Error{"there is nothing to draw: no chain leads from a root to what was asked for",
                     fmt::format("It is lost. See: heapkit leaks {}", shell_quoted(typed.arguments()[0]))};
    Report report = begin_references(*session, "holders");
    if (answer->nets.size() != 1 || typed.has("json")) report.shapes.emplace_back(std::move(answer->holders));
    for (Net& net : answer->nets) report.shapes.emplace_back(std::move(net));
    report.notes.insert(report.notes.begin(), answer->notes.begin(), answer->notes.end());
    const std::string snapshot = shell_quoted(typed.arguments()[0]), type = shell_quoted(typed.text("type"));
    report.next = {fmt::format("heapkit retained {} --what-if-freed {}", snapshot, type)};
    if (!typed.has("output"))
        report.next.push_back(fmt::format("heapkit holders {} --type {} -o holders.png", snapshot, type));
    return show_nets(*session, std::move(report), typed, console);
}

}  // namespace

Command holders_command() {
    return {
        .name = "holders",
        .summary = "Who holds the objects of a type: all of them, by who and by which field",
        .description =
            "Finds the shortest chain from a root to each object of a type, and puts those together that go through "
            "the same types and fields: \"4,812 of 5,000 Session are held by Registry::by_id_\". Of each kind one "
            "chain is shown; -o FILE draws them.",
        .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
        .options = joined({{{.names = "--type",
                             .kind = Option::Kind::text,
                             .value = "TYPE",
                             .help = "Which objects; may be a pattern: Session is also http::Session."},
                            limit_option("kinds", "5"),
                            {.names = "--raw", .help = "Show what containers and smart pointers consist of."}},
                           picture_options()}),
        .examples = {{"heapkit holders 2.heap --type Session", "who holds the sessions"},
                     {"heapkit holders 2.heap --type Session -o sessions.png", "the same, drawn"}},
        .next = {"backrefs", "retained"},
        .run = run};
}

}  // namespace heapkit::cli
