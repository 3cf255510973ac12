// SPDX-License-Identifier: MIT
//
// heapkit backrefs: who holds it?
//
// Side: our process, cli.
#include <fmt/format.h>

#include "analyze/chains.h"
#include "analyze/chunks.h"
#include "commands.h"
#include "options.h"
#include "pictures.h"
#include "references.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

std::string picture_of(const Typed& typed) {
    return typed.has("type") ? picture_name_of(typed.text("type")) : std::string("chain.png");
}

std::vector<std::string> next_steps(const Typed& typed, bool is_chain) {
    const std::string words = spelled_again(typed);
    std::vector<std::string> next;
    if (!is_chain) next.push_back(fmt::format("heapkit backrefs {} --chain", words));
    if (!typed.has("output")) {
        const std::string chain = is_chain ? " --chain" : "";
        next.push_back(fmt::format("heapkit backrefs {}{} -o {}", words, chain, picture_of(typed)));
    }
    if (is_chain && typed.has("type"))
        next.push_back(fmt::format("heapkit objects {} --type {}", shell_quoted(typed.arguments()[0]),
                                   shell_quoted(typed.text("type"))));
    return next;
}

Result<int> show_chains(const Typed& typed, const Console& console) {
    const bool all = typed.has("all-chains");
    const auto session = Session::open(std::span(typed.arguments()).first(1), console);
    if (!session) return session.error();
    auto chains =
        analyze::chains(session->last(), {.of = choice_of(typed), .limit = all ? 0U : 1U, .raw = typed.has("raw")});
    if (!chains) return chains.error();
    if (chains->nets.empty() && typed.has("output"))
        return Error{"there is nothing to draw: no chain leads from a root to what was asked for",
                     fmt::format("It is lost. See: heapkit leaks {}", shell_quoted(typed.arguments()[0]))};
    Report report = begin_references(*session, "backrefs");
    const bool has_table = typed.has("json") || (all && chains->nets.size() > 1);
    if (has_table) report.shapes.emplace_back(std::move(chains->kinds));
    for (Net& net : chains->nets) report.shapes.emplace_back(std::move(net));
    report.notes.insert(report.notes.begin(), chains->notes.begin(), chains->notes.end());
    for (std::string& note : analyze::chunk_notes(session->last(), choice_of(typed)))
        report.notes.push_back(std::move(note));
    report.next = next_steps(typed, true);
    return show_nets(*session, std::move(report), typed, console);
}

Result<int> run(const Typed& typed, Console& console) {
    if (const auto output = check_output(typed); !output) return output.error();
    if (typed.has("chain") || typed.has("all-chains")) return show_chains(typed, console);
    return show_neighbours(typed, console, analyze::Direction::referrers, next_steps(typed, false));
}

}  // namespace

Command backrefs_command() {
    const Option chain = {.names = "--chain",
                          .help =
                              "Only the shortest chain from a root: what keeps it alive. Of a type, the chain that "
                              "most of its objects are held by."};
    const Option all = {.names = "--all-chains", .help = "With --type, one chain of each kind."};
    return {
        .name = "backrefs",
        .summary = "Who holds it: what refers to an object, back to the roots",
        .description =
            "As objgraph's show_backrefs() and find_backref_chain(). Goes from the objects to what refers to "
            "them, and on to what refers to that, until a root: a global, a static member, a thread's stack, a "
            "register. Each step has the field that refers: \"handlers_[17]\", \"captured user\"; \"+0x18\" where "
            "no field is known. What a container consists of is folded into one.\n\n"
            "Text reads from the object outwards, with --chain from the root down. -o FILE draws it: roots green, "
            "closures blue, what was asked for red. A dashed box was not followed further.\n\n"
            "Start with --chain: it answers most questions.",
        .arguments = reference_arguments(),
        .options = joined({{chain, all}, reference_options()}),
        .examples = {{"heapkit backrefs 2.heap --type UserRecord --chain", "what keeps user records alive"},
                     {"heapkit backrefs 2.heap --type UserRecord --chain -o user.png", "the same, drawn"},
                     {"heapkit backrefs 2.heap 0x5581e0c0a2b0 --max-depth 5 -o who.svg", "all that holds one object"},
                     {"heapkit backrefs 2.heap --type Session --one oldest", "the one that should be gone"},
                     {"heapkit backrefs 2.heap --type Document --all-chains", "every way in which they are held"}},
        .next = {"objects", "refs"},
        .run = run};
}

}  // namespace heapkit::cli
