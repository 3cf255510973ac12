// SPDX-License-Identifier: MIT
//
// heapkit growth: which types grow over several snapshots.
//
// Side: our process, cli.
#include "analyze/growth.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "analyze/heading.h"
#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

// "512MiB", "16 GiB", "1e9"; 0 when it was not asked for.
Result<uint64_t> memory_of(const Typed& typed) {
    if (!typed.has("memory")) return uint64_t{0};
    static constexpr std::array<std::pair<std::string_view, int>, 5> units = {
        {{"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}, {"", 0}}};
    const std::string text = typed.text("memory");
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    std::string_view unit(end);
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    for (const auto& [letter, shift] : units) {
        const bool is_unit = unit == letter || (!letter.empty() && unit == std::string(letter) + "iB") ||
                             (letter.empty() && unit == "B");
        const double bytes = std::ldexp(number, shift);
        if (is_unit && end != text.c_str() && bytes >= 1 && bytes < std::ldexp(1, 62))
            return static_cast<uint64_t>(bytes);
    }
    return Error{"--memory wants a size, not " + text, "As in 512MiB or 16GiB."};
}

Result<int> run(const Typed& typed, Console& console) {
    analyze::GrowthOptions options{.filter = {}, .rows = rows_of(typed, 10), .by_bytes = typed.text("sort") == "size"};
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    options.filter = std::move(*filter);
    using By = analyze::GrowthOptions::By;
    const std::string by = typed.text("by");
    options.by = by == "site" ? By::site : by == "owner" ? By::owner : by == "domain" ? By::domain : By::type;
    options.warm_up = typed.has("warm-up") ? 1 : 0;
    const auto memory = memory_of(typed);
    if (!memory) return memory.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const std::vector<const Heap*> heaps = session->heaps();
    if (!typed.has("force"))
        if (auto refusal = analyze::refusal_to_compare(heaps)) return *refusal;
    Report report = session->begin_report("growth");
    auto table = analyze::growth(heaps, options);
    if (!table) return table.error();
    const std::string type = options.by == By::type ? first_type_of(*table) : "";
    report.shapes.emplace_back(std::move(*table));
    if (heaps.size() > 2 || *memory > 0 || typed.has("json"))
        report.shapes.emplace_back(analyze::heap_rate(heaps, options.warm_up, *memory));
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
    const Option by = {.names = "--by",
                       .kind = Option::Kind::choice,
                       .value = "KEY",
                       .help =
                           "What grows: types; sites, the lines that allocate; owners, containers by the member that "
                           "they are, with their elements and what they retain; or domains, as the program named them.",
                       .choices = {"type", "site", "owner", "domain"},
                       .fallback = "type"};
    const Option warm_up = {.names = "--warm-up",
                            .help =
                                "Set the first interval aside: what grew then and stayed is no growth, and rates "
                                "leave it out. Takes three snapshots."};
    const Option memory = {.names = "--memory",
                           .kind = Option::Kind::text,
                           .value = "SIZE",
                           .help = "Say when SIZE would be full at this rate: 512MiB, 16GiB."};
    const Option force = {.names = "--force", .help = "Compare snapshots of different programs all the same."};
    return {.name = "growth",
            .summary = "What grew: types that are above the highest count seen before",
            .description =
                "Takes two or more snapshots, oldest first, and lists the types of which the last has more than any "
                "before it, as objgraph's show_growth() does: increases only, largest first. A type that goes up "
                "and down without a new high is not listed.\n\n"
                "With three snapshots or more, each type has its trend, and at how many steps it rose. What rose at "
                "every step is worth a look. Rates are of the straight line that fits best; --memory says when so "
                "much would be full.",
            .arguments = {{"SNAPSHOT", "Snapshots, oldest first.", 2, SIZE_MAX}},
            .options = joined({{by, sort, warm_up, memory, force}, filter_options(), showing_options("10")}),
            .examples = {{"heapkit growth 1.heap 2.heap", "what the second has more"},
                         {"heapkit growth 1.heap 2.heap 3.heap 4.heap", "what keeps growing"},
                         {"heapkit growth *.heap --sort size", "by bytes"}},
            .next = {"diff", "backrefs"},
            .run = run};
}

}  // namespace heapkit::cli
