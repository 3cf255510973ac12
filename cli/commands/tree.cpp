// SPDX-License-Identifier: MIT
//
// heapkit tree: the dominator tree, from the roots down.
//
// Side: our process, cli.
#include <fmt/format.h>

#include "analyze/freed.h"
#include "analyze/owned_tree.h"
#include "commands.h"
#include "options.h"
#include "references.h"
#include "what_if.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    if (typed.has("what-if-freed")) return show_what_if(typed, console, "tree");
    const std::vector<std::string>& words = typed.arguments();
    const auto session = Session::open(std::span(words).first(1), console);
    if (!session) return session.error();
    const Heap& heap = session->last();
    const auto ownership = analyze::Ownership::of(heap, typed.has("raw"));
    if (!ownership) return ownership.error();
    analyze::Named from;
    if (words.size() > 1) {
        auto named = analyze::named_vertices(heap, ownership->references(), words[1]);
        if (!named) return named.error();
        from = *std::move(named);
    }
    Report report = begin_references(*session, "tree");
    Tree tree = analyze::owned_tree(
        heap, *ownership, from.vertices,
        {.max_depth = static_cast<uint32_t>(std::min<size_t>(typed.number("max-depth", 12), UINT32_MAX))});
    if (!from.text.empty())
        tree.title = fmt::format("What {} {} alive", from.text, from.vertices.size() == 1 ? "keeps" : "keep");
    report.shapes.emplace_back(std::move(tree));
    const std::string snapshot = shell_quoted(words[0]);
    report.next = {fmt::format("heapkit retained {} --what-if-freed {}", snapshot,
                               words.size() > 1 ? shell_quoted(words[1]) : "NAME"),
                   fmt::format("heapkit containers {}", snapshot)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command tree_command() {
    return {
        .name = "tree",
        .summary = "Who keeps what alive: the dominator tree, from the roots down",
        .description =
            "Each line is what the line above keeps alive alone, with its retained size: what would go if it went. "
            "Objects of one type in one place are one line. What several roots own together stands beside them, and so "
            "does what no root owns. Text leaves out what is below one percent; --json has it down to a thousandth.",
        .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."},
                      {"OBJECT",
                       "Begin there: an address, the name of a root or of a container, or the pattern of a type.", 0,
                       1}},
        .options = {what_if_option(),
                    {.names = "--max-depth",
                     .kind = Option::Kind::number,
                     .value = "N",
                     .help = "Go down N steps.",
                     .fallback = "12"},
                    {.names = "--raw", .help = "Do not fold what containers and smart pointers consist of."},
                    {.names = "--json", .help = "Write the answer as JSON: one column a property of a node."}},
        .examples = {{"heapkit tree 2.heap", "from all roots down"},
                     {"heapkit tree 2.heap cache", "below one global"},
                     {"heapkit tree 2.heap 0x5581e0c0a2b0", "below one object"}},
        .next = {"retained", "containers"},
        .run = run};
}

}  // namespace heapkit::cli
