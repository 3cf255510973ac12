// SPDX-License-Identifier: MIT
//
// heapkit containers: what is in them, what they cost, which grow and never shrink.
//
// Side: our process, cli.
#include "analyze/containers.h"

#include <fmt/format.h>

#include "analyze/container_growth.h"
#include "analyze/heading.h"
#include "commands.h"
#include "options.h"
#include "references.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10;

Result<Report> of_one(const Session& session, const Typed& typed, size_t limit) {
    const auto ownership = analyze::Ownership::of(session.last());
    if (!ownership) return ownership.error();
    const bool each = typed.has("each");
    const analyze::Populations populations = analyze::populations_of(session.last(), *ownership, each);
    auto answer = analyze::containers(populations, {.limit = limit, .each = each});
    Report report = begin_references(session, "containers");
    report.shapes.emplace_back(std::move(answer.containers));
    if (!answer.nodes.rows.empty() || typed.has("json")) report.shapes.emplace_back(std::move(answer.nodes));
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit containers {} LATER", snapshot), fmt::format("heapkit tree {}", snapshot)};
    return report;
}

Result<Report> of_several(const Session& session, const Typed& typed, size_t limit) {
    const std::vector<const Heap*> heaps = session.heaps();
    if (!typed.has("force"))
        if (auto refusal = analyze::refusal_to_compare(heaps)) return *refusal;
    auto answer = analyze::container_growth(
        heaps, {.limit = limit, .each = typed.has("each"), .warm_up = typed.has("warm-up") ? size_t{1} : 0});
    if (!answer) return answer.error();
    Report report = begin_references(session, "containers");
    for (auto& runaway : answer->runaways) report.shapes.emplace_back(std::move(runaway.facts));
    report.shapes.emplace_back(std::move(answer->containers));
    if (typed.has("json")) report.shapes.emplace_back(std::move(answer->nodes));
    const std::string last = shell_quoted(typed.arguments().back());
    report.next = {fmt::format("heapkit tree {}", last), fmt::format("heapkit containers {}", last)};
    return report;
}

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const size_t limit = rows_of(typed, usual_rows).limit;
    const bool is_one = typed.arguments().size() == 1;
    const auto report = is_one ? of_one(*session, typed, limit) : of_several(*session, typed, limit);
    if (!report) return report.error();
    session->show(*report, typed, console);
    return exit_fine;
}

}  // namespace

Command containers_command() {
    return {
        .name = "containers",
        .summary = "Containers by owner: elements, load, waste; over several snapshots, which run away",
        .description =
            "Lists containers by the member that they are, \"DocumentCache::docs_\". Those that are owned in one "
            "way, as the tags of every document, are one row; --each has a row for each of them. self is a "
            "container's storage, waste what of that is no element: spare capacity, links, buckets; retained what "
            "would go with it. Containers whose nodes cost more than what is in them are listed with what a flat "
            "one would take.\n\n"
            "With two snapshots or more, oldest first, lists what gained elements or bytes. One that never shrank "
            "and grew at every step is a runaway: it is called by its name, with its growth, with who inserts, and "
            "with what holds it. What hangs in a runaway is its content, and not called one.\n\n"
            "A container is known again by the root and the fields that lead to it, with --each by its address too.",
        .arguments = {{"SNAPSHOT", "Snapshots, oldest first.", 1, SIZE_MAX}},
        .options = {{.names = "--each", .help = "One row a container, not one for all that are owned alike."},
                    {.names = "--warm-up", .help = "Set the first interval aside: the program was still starting."},
                    {.names = "--force", .help = "Compare snapshots of different programs all the same."},
                    limit_option("rows of each table", "10"),
                    json_option()},
        .examples = {{"heapkit containers 1.heap", "what is in them, and what is waste"},
                     {"heapkit containers 1.heap 2.heap 3.heap", "is there a cache that never evicts?"},
                     {"heapkit containers 2.heap --each", "the largest single ones"}},
        .next = {"retained", "growth"},
        .run = run};
}

}  // namespace heapkit::cli
