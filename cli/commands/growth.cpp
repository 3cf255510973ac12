// SPDX-License-Identifier: MIT
//
// heapkit growth: which types grow over several snapshots.
//
// Side: our process, cli.
#include "analyze/growth.h"

#include <fmt/format.h>

#include "analyze/heading.h"
#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    analyze::GrowthOptions options{.filter = {}, .rows = rows_of(typed, 10), .by_bytes = typed.text("sort") == "size"};
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    options.filter = std::move(*filter);
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const std::vector<const Heap*> heaps = session->heaps();
    for (size_t index = 1; index < heaps.size() && !typed.has("force"); ++index) {
        if (auto refusal = analyze::refusal_to_compare(*heaps[0], *heaps[index])) return *refusal;
    }
    Report report = session->begin_report("growth");
    auto table = analyze::growth(heaps, options);
    if (!table) return table.error();
    const std::string type = first_type_of(*table);
    report.shapes.emplace_back(std::move(*table));
    report.notes = analyze::loss_notes(heaps, analyze::on_counts | analyze::on_types);
    const std::string pair = fmt::format("{} {}", shell_quoted(typed.arguments()[typed.arguments().size() - 2]),
                                         shell_quoted(typed.arguments().back()));
    const std::string last = shell_quoted(typed.arguments().back());
    if (!type.empty()) {
        report.next = {fmt::format("heapkit objects {} --type {}", last, shell_quoted(type)),
                       fmt::format("heapkit backrefs {} --type {} --chain", last, shell_quoted(type))};
    }
    report.next.push_back(fmt::format("heapdiff {}", pair));
    report.next.push_back(fmt::format("heapkit flamegraph {} {}", last, shell_quoted(typed.arguments().front())));
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command growth_command() {
    const Option sort = {.names = "--sort",
                         .kind = Option::Kind::choice,
                         .value = "KEY",
                         .help = "Sort by blocks added or by bytes added.",
                         .choices = {"count", "size"},
                         .fallback = "count"};
    const Option force = {.names = "--force", .help = "Compare snapshots of different programs all the same."};
    return {.name = "growth",
            .summary = "What grew: types that are above the highest count seen before",
            .description =
                "Takes two or more snapshots, oldest first, and lists the types of which the last has more than any "
                "before it, as objgraph's show_growth() does: increases only, largest first. A type that goes up and "
                "down without a new high is not listed.\n\n"
                "With three snapshots or more, each type has its trend, and at how many steps it rose. What rose at "
                "every step is worth a look.",
            .arguments = {{"SNAPSHOT", "Snapshots, oldest first.", 2, SIZE_MAX}},
            .options = joined({{sort, force}, filter_options(), showing_options("10")}),
            .examples = {{"heapkit growth 1.heap 2.heap", "what the second has more"},
                         {"heapkit growth 1.heap 2.heap 3.heap 4.heap", "what keeps growing"},
                         {"heapkit growth *.heap --sort size", "by bytes"}},
            .next = {"diff", "backrefs"},
            .run = run};
}

}  // namespace heapkit::cli
