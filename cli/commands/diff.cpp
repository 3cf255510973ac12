// SPDX-License-Identifier: MIT
//
// heapkit diff, which is also the program heapdiff: what changed between two snapshots.
//
// Side: our process, cli.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/born.h"
#include "analyze/condition.h"
#include "analyze/growth.h"
#include "analyze/heading.h"
#include "analyze/losses.h"
#include "analyze/statistics.h"
#include "base/units.h"
#include "commands.h"
#include "junit.h"
#include "options.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10, usual_tracebacks = 3;

struct Question {
    const Typed& typed;
    const Session& session;
    analyze::Filter filter;

    const Heap& older() const { return session.first(); }
    const Heap& newer() const { return session.last(); }
};

// By type and by line, unless one grouping was asked for.
std::optional<Error> add_comparisons(const Question& question, Report& report) {
    const Typed& typed = question.typed;
    analyze::Comparison comparison{.older = &question.older(),
                                   .newer = &question.newer(),
                                   .grouping = grouping_of(typed, analyze::GroupBy::lineno),
                                   .filter = question.filter,
                                   .rows = rows_of(typed, usual_rows)};
    if (comparison.grouping.by == analyze::GroupBy::traceback) comparison.rows = rows_of(typed, usual_tracebacks);
    if (!typed.has("by") && comparison.grouping.metric == analyze::Metric::live) {
        const auto heaps = question.session.heaps();
        auto by_type = analyze::growth(heaps, {.filter = question.filter, .rows = rows_of(typed, usual_rows)});
        if (!by_type) return by_type.error();
        by_type->key = "by_type";
        report.shapes.emplace_back(std::move(*by_type));
    }
    auto table = analyze::compare(comparison);
    if (!table) return table.error();
    report.shapes.emplace_back(std::move(*table));
    return std::nullopt;
}

std::optional<Error> add_new_blocks(const Question& question, Report& report) {
    auto born = analyze::born({.older = &question.older(),
                               .newer = &question.newer(),
                               .filter = question.filter,
                               .rows = rows_of(question.typed, usual_rows),
                               .traceback_rows = rows_of(question.typed, usual_tracebacks)});
    if (!born) return born.error();
    report.heading.push_back(fmt::format("born in between and alive: {} in {} blocks", size_to_text(born->total.bytes),
                                         count_to_text(born->total.blocks)));
    report.shapes.emplace_back(std::move(born->by_type));
    if (born->total.blocks > 0) report.shapes.emplace_back(std::move(born->by_traceback));
    return std::nullopt;
}

Result<std::vector<analyze::Condition>> conditions_of(const Typed& typed) {
    std::vector<analyze::Condition> conditions;
    for (const std::string& text : typed.all("fail-on")) {
        auto condition = analyze::parse_condition(text);
        if (!condition) return condition.error();
        conditions.push_back(std::move(*condition));
    }
    return conditions;
}

// Each condition is a row of the answer, and a test that fails when it holds.
Result<TestSuite> add_verdicts(const Question& question, const std::vector<analyze::Condition>& conditions,
                               Report& report) {
    auto older = analyze::groups_of(question.older(), {.by = analyze::GroupBy::type}, question.filter);
    if (!older) return older.error();
    auto newer = analyze::groups_of(question.newer(), {.by = analyze::GroupBy::type}, question.filter);
    if (!newer) return newer.error();
    const auto types = analyze::pairs_of(*older, *newer);
    Table table{.title = "Conditions", .key = "conditions", .layout = Table::Layout::facts};
    table.columns = {{.name = "verdict", .key = "verdict"},
                     {.name = "text", .key = "text"},
                     {.name = "condition", .key = "condition", .is_for_json = true},
                     {.name = "value", .key = "value", .is_for_json = true}};
    TestSuite suite{.name = "heapkit.heapdiff"};
    for (const analyze::Condition& condition : conditions) {
        const analyze::Verdict verdict = analyze::judge(condition, types);
        suite.cases.push_back({.name = condition.text});
        if (verdict.holds) {
            suite.cases.back().outcome = TestCase::Outcome::failed;
            suite.cases.back().message = verdict.text;
        }
        table.rows.push_back({std::string(verdict.holds ? "FAIL" : "ok"), verdict.text, condition.text, verdict.value});
        if (verdict.types_matched == 0) {
            report.notes.push_back(fmt::format("No type in either snapshot matches {} in the condition: {}",
                                               condition.pattern, condition.text));
        }
    }
    report.shapes.emplace_back(std::move(table));
    return suite;
}

// With what grew in each that failed.
Result<void> write_verdicts(TestSuite suite, const Report& report, const std::string& file, const Console& console) {
    for (TestCase& each : suite.cases) {
        if (each.outcome != TestCase::Outcome::passed) each.details = render::to_text(report, {});
    }
    return write_junit(file, suite, console);
}

void add_notes(const Question& question, Report& report) {
    const Subject& first = report.subjects.front();
    const Subject& last = report.subjects.back();
    if (first.snapshot_unix_ns > last.snapshot_unix_ns) {
        report.notes.push_back(
            fmt::format("{} was taken after {}: are they in the right order?", first.file, last.file));
    }
    if (analyze::kinship_of(question.older(), question.newer()) == analyze::Kinship::two_builds) {
        report.notes.push_back("The two snapshots are of different builds: lines may have moved.");
    }
    for (std::string& note :
         analyze::loss_notes(question.session.heaps(), analyze::on_counts | analyze::on_stacks | analyze::on_types)) {
        report.notes.push_back(std::move(note));
    }
}

std::vector<std::string> next_steps(const Question& question, const Report& report) {
    const std::string older = shell_quoted(report.subjects.front().file);
    const std::string newer = shell_quoted(report.subjects.back().file);
    const bool is_one_run = report.subjects.front().run_id == report.subjects.back().run_id;
    std::vector<std::string> next;
    if (question.typed.has("new")) next.push_back(fmt::format("heapdiff {} {}", older, newer));
    for (const Shape& shape : report.shapes) {
        const auto* const table = std::get_if<Table>(&shape);
        const bool is_of_types = table != nullptr && (table->key == "by_type" || table->key == "new_by_type");
        const std::string type = is_of_types ? first_type_of(*table) : "";
        if (!type.empty())
            next.push_back(fmt::format("heapkit backrefs {} --type {} --chain", newer, shell_quoted(type)));
    }
    if (is_one_run && !question.typed.has("new")) next.push_back(fmt::format("heapdiff {} {} --new", older, newer));
    next.push_back(fmt::format("heapkit flamegraph {} {}", newer, older));
    return next;
}

Result<int> run(const Typed& typed, Console& console) {
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    if (typed.has("new") && typed.has("by")) {
        return Error{"--new lists by type and by call stack; it takes no --by", "Leave one of the two out."};
    }
    const auto conditions = conditions_of(typed);
    if (!conditions) return conditions.error();
    if (typed.has("junit") && conditions->empty())
        return Error{"--junit needs a condition that can fail: --fail-on", "See: heapdiff --help"};
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const Question question{.typed = typed, .session = *session, .filter = std::move(*filter)};
    if (!typed.has("force")) {
        if (auto refusal = analyze::refusal_to_compare(question.older(), question.newer())) return *refusal;
    }
    Report report = session->begin_report("heapdiff");
    const auto error = typed.has("new") ? add_new_blocks(question, report) : add_comparisons(question, report);
    if (error) return *error;
    TestSuite suite;
    if (!conditions->empty()) {
        auto verdicts = add_verdicts(question, *conditions, report);
        if (!verdicts) return verdicts.error();
        suite = *std::move(verdicts);
    }
    add_notes(question, report);
    report.next = next_steps(question, report);
    session->show(report, typed, console);
    const bool any_holds = std::ranges::any_of(
        suite.cases, [](const TestCase& each) { return each.outcome == TestCase::Outcome::failed; });
    if (typed.has("junit")) {
        if (auto written = write_verdicts(std::move(suite), report, typed.text("junit"), console); !written)
            return written.error();
    }
    return any_holds ? exit_condition_holds : exit_fine;
}

}  // namespace

Command diff_command() {
    const Option born = {.names = "--new",
                         .help =
                             "List the blocks of NEW that were not in OLD, by type and by call stack. Both must be "
                             "snapshots of one run."};
    const Option fail_on = {.names = "--fail-on",
                            .kind = Option::Kind::text,
                            .value = "CONDITION",
                            .help = "Exit with 1 when CONDITION holds. Several: when any holds.",
                            .is_repeatable = true};
    const Option junit = {.names = "--junit",
                          .kind = Option::Kind::file,
                          .value = "FILE",
                          .help = "With --fail-on: write the conditions to FILE as JUnit's XML, a test each."};
    const Option force = {.names = "--force", .help = "Compare snapshots of different programs all the same."};
    return {.name = "diff",
            .summary = "What changed between two snapshots: by type and by line",
            .description =
                "Shows the types that grew, as objgraph's show_growth() does, and what changed by line, as "
                "tracemalloc's compare_to() does: the largest difference first, whether up or down. With --by, one "
                "grouping alone.\n\n"
                "A CONDITION is QUANTITY COMPARISON NUMBER. QUANTITY is count(TYPE) or bytes(TYPE) in NEW, "
                "growth(TYPE) in blocks or growth_bytes(TYPE) since OLD, where TYPE is a pattern; or total_count, "
                "total_bytes, total_growth (bytes) or total_growth_count. COMPARISON is one of > >= < <= == !=. NUMBER "
                "may have a unit: 10MiB.\n\n"
                "Exit status: 0; 1 when a condition holds; 2 when something is wrong.",
            .arguments = {{"OLD", "The earlier snapshot."}, {"NEW", "The later one."}},
            .options = joined(
                {{by_option("type, then lineno"), born, fail_on, junit, force, metric_option(), cumulative_option()},
                 filter_options(),
                 showing_options("10, of tracebacks 3")}),
            .examples = {{"heapdiff 1.heap 2.heap", "what grew"},
                         {"heapdiff 1.heap 2.heap --by traceback", "by whole call stacks"},
                         {"heapdiff 1.heap 2.heap --new", "blocks born in between, and still alive"},
                         {"heapdiff 1.heap 2.heap --fail-on 'growth(Session) > 0'", "for a build that must not leak"},
                         {"heapdiff 1.heap 2.heap --fail-on 'total_growth > 10MiB'", "a budget"}},
            .next = {"growth", "flamegraph"},
            .run = run};
}

}  // namespace heapkit::cli
