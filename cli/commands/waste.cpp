// SPDX-License-Identifier: MIT
//
// heapkit waste: memory that is paid for and not used.
//
// Side: our process, cli. Each question is a file of analyze/; waste.h lists them.
#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "analyze/waste_page.h"
#include "base/shell_words.h"
#include "commands.h"
#include "options.h"
#include "references.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 5;

std::vector<std::string> next_steps(const Typed& typed, const analyze::WastePage& page) {
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    std::vector<std::string> next = {fmt::format("heapkit containers {}", snapshot)};
    if (typed.all("only").empty()) next.push_back(fmt::format("heapkit waste {} --only pages -n 20", snapshot));
    if (page.has_duplicates) next.push_back(fmt::format("heapkit backrefs {} ADDRESS", snapshot));
    return next;
}

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    auto page = analyze::waste_page(session->last(), {.options = {.limit = rows_of(typed, usual_rows).limit,
                                                                  .by = analyze::parse_block_key(typed.text("by"))},
                                                      .only = typed.all("only")});
    if (!page) return page.error();
    Report report = begin_references(*session, "waste");
    std::move(page->answer.tables.begin(), page->answer.tables.end(), std::back_inserter(report.shapes));
    std::move(page->answer.notes.begin(), page->answer.notes.end(), std::back_inserter(report.notes));
    report.next = next_steps(typed, *page);
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command waste_command() {
    using Kind = Option::Kind;
    return {
        .name = "waste",
        .summary = "Memory that is paid for and not used: rounding, padding, spare room, duplicates, pages",
        .description =
            "Says where memory goes that holds nothing: what the allocator adds to what was requested; holes between "
            "the members of classes, and what another order would save; containers that are empty or too large; "
            "blocks of equal contents, with the field that owns them; pages that a few blocks keep, which is what "
            "fragmentation is made of, by the types and sites of those blocks; and what of each type and owner is in "
            "memory, swapped, or was never touched.\n\n"
            "Padding counts objects whose type is sure. Duplicates need hashes of contents in the snapshot: heapkit "
            "run --hashes, or heapkit snapshot PID --hashes; contents themselves never leave the process. What nodes "
            "and buckets of containers cost is in heapkit containers.",
        .arguments = {{"SNAPSHOT", "The snapshot."}},
        .options = {{.names = "--only",
                     .kind = Kind::choice,
                     .value = "PART",
                     .help = "Answer that part alone. Several may be given.",
                     .choices = {analyze::waste_parts.begin(), analyze::waste_parts.end()},
                     .is_repeatable = true},
                    {.names = "--by",
                     .kind = Kind::choice,
                     .value = "KEY",
                     .help = "Group duplicates, pages and residency by KEY alone.",
                     .choices = {"type", "owner", "site"},
                     .fallback = "by owner; by type and site; by type and owner"},
                    limit_option("rows of each table", "5"),
                    json_option()},
        .examples = {{"heapkit waste 1.heap", "a page: a summary, and the worst of each kind"},
                     {"heapkit waste 1.heap --only pages --by site", "who keeps almost empty pages?"},
                     {"heapkit snapshot 4242 --hashes -o 2.heap && heapkit waste 2.heap --only duplicates",
                      "which values are there many times?"}},
        .next = {"containers", "retained", "stats"},
        .run = run};
}

}  // namespace heapkit::cli
