// SPDX-License-Identifier: MIT
//
// heapkit refs: what does it hold?
//
// Side: our process, cli.
#include <fmt/format.h>

#include "analyze/chains.h"
#include "commands.h"
#include "options.h"
#include "pictures.h"
#include "references.h"
#include "session.h"

namespace heapkit::cli {
namespace {

Result<int> show_way(const Typed& typed, const Console& console, std::vector<std::string> next) {
    const auto session = Session::open(std::span(typed.arguments()).first(1), console);
    if (!session) return session.error();
    auto net =
        analyze::chain_to(session->last(), {.of = choice_of(typed), .to = typed.text("to"), .raw = typed.has("raw")});
    if (!net) return net.error();
    Report report = begin_references(*session, "refs");
    report.shapes.emplace_back(std::move(*net));
    report.next = std::move(next);
    return show_nets(*session, std::move(report), typed, console);
}

Result<int> run(const Typed& typed, Console& console) {
    if (const auto output = check_output(typed); !output) return output.error();
    std::vector<std::string> next = {fmt::format("heapkit backrefs {} --chain", spelled_again(typed))};
    if (!typed.has("output"))
        next.push_back(fmt::format("heapkit refs {}{} -o refs.png", spelled_again(typed),
                                   typed.has("to") ? " --to " + shell_quoted(typed.text("to")) : ""));
    if (typed.has("chain") && !typed.has("to"))
        return Error{"--chain needs to know where the chain ends", "Say it with --to TYPE."};
    if (typed.has("to")) return show_way(typed, console, std::move(next));
    return show_neighbours(typed, console, analyze::Direction::referents, std::move(next));
}

}  // namespace

Command refs_command() {
    const Option to = {.names = "--to",
                       .kind = Option::Kind::text,
                       .value = "TYPE",
                       .help = "Only the shortest way to an object of TYPE, a pattern."};
    const Option chain = {.names = "--chain", .help = "That way, which --to asks for by itself."};
    return {.name = "refs",
            .summary = "What it holds: what an object refers to, and what that refers to",
            .description =
                "As objgraph's show_refs() and find_ref_chain(). Goes from the objects to what they refer to, through "
                "which field, and on from there. What a container consists of is folded into one.\n\n"
                "-o FILE draws it: closures blue, what was asked for red. A dashed box was not followed further.",
            .arguments = reference_arguments(),
            .options = joined({{to, chain}, reference_options()}),
            .examples = {{"heapkit refs 2.heap 0x5581e0c0a2b0", "what one object holds"},
                         {"heapkit refs 2.heap --type Server --max-depth 2 -o server.svg", "drawn"},
                         {"heapkit refs 2.heap --type Server --to UserRecord", "how the one leads to the other"}},
            .next = {"backrefs", "object"},
            .run = run};
}

}  // namespace heapkit::cli
