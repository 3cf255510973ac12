// SPDX-License-Identifier: MIT
//
// Options and answer of the leak check.
//
// Side: our process, cli.
#include "leaks.h"

#include "analyze/doubts.h"
#include "analyze/losses.h"
#include "options.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10, usual_tracebacks = 3;

}  // namespace

std::vector<Option> leak_listing_options() {
    return {{.names = "--kinds",
             .kind = Option::Kind::text,
             .value = "KINDS",
             .help = "Which kinds to list: definite, indirect, possible, reachable, with commas between them; or all.",
             .fallback = "definite,possible"},
            {.names = "--traceback", .help = "By whole call stacks, not by line."},
            {.names = "--suppressions",
             .kind = Option::Kind::file,
             .value = "FILE",
             .help = "Leave out what FILE knows of, in LeakSanitizer's format: leak:PATTERN, one a line.",
             .is_repeatable = true}};
}

Result<analyze::LeakOptions> leak_options_of(const Typed& typed) {
    const bool by_traceback = typed.has("traceback");
    analyze::LeakOptions options{.only_new = typed.has("new"),
                                 .only_increased = typed.has("increased"),
                                 .by_traceback = by_traceback,
                                 .finds_holders = typed.has("holders"),
                                 .rows = rows_of(typed, by_traceback ? usual_tracebacks : usual_rows)};
    const auto kinds = analyze::parse_leak_kinds(typed.text("kinds", "definite,possible"));
    if (!kinds) return kinds.error();
    options.kinds = *kinds;
    options.kinds.indirect |= options.finds_holders;
    const auto heuristics = refs::parse_heuristics(typed.text("heuristics", "all"));
    if (!heuristics) return heuristics.error();
    options.heuristics = *heuristics;
    for (const std::string& file : typed.all("suppressions")) {
        auto suppressions = analyze::read_suppressions(file);
        if (!suppressions) return suppressions.error();
        for (analyze::Suppression& each : *suppressions) options.suppressions.push_back(std::move(each));
    }
    return options;
}

void add_leaks(const Session& session, analyze::Leaks leaks, Report& report) {
    report.shapes.emplace_back(std::move(leaks.totals));
    report.shapes.emplace_back(std::move(leaks.groups));
    if (!leaks.suppressions.rows.empty()) report.shapes.emplace_back(std::move(leaks.suppressions));
    report.notes = std::move(leaks.notes);
    for (std::string& note : analyze::loss_notes(session.heaps(), analyze::on_stacks))
        report.notes.push_back(std::move(note));
    if (leaks.blocks == 0) return;
    for (std::string& note : analyze::modules_without_lines(session.first())) report.notes.push_back(std::move(note));
}

}  // namespace heapkit::cli
