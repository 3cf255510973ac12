// SPDX-License-Identifier: MIT
//
// heapkit expect: what a test of a program asks of the snapshots that it took around its work. The headers
// prof/testing/gtest.hpp and catch2.hpp call it, so that the analysis happens in a process of its own.
//
// Side: our process, cli.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/growth.h"
#include "analyze/losses.h"
#include "analyze/neighbours.h"
#include "analyze/sample.h"
#include "analyze/subject_growth.h"
#include "base/units.h"
#include "commands.h"
#include "leaks.h"
#include "options.h"
#include "render/graphviz.h"
#include "session.h"
#include "suggest.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 10;

struct Question {
    const Typed& typed;
    const Session& session;
    const Console& console;
};

void add_verdict(bool holds, const std::string& expectation, const std::string& found, Report& report) {
    Table table{
        .title = holds ? "As expected" : "Not as expected", .key = "expectations", .layout = Table::Layout::facts};
    table.columns = {{.name = "verdict", .key = "verdict"}, {.name = "text", .key = "text"}};
    table.rows.push_back({std::string(holds ? "ok" : "FAIL"), fmt::format("{}: {}", expectation, found)});
    report.shapes.emplace_back(std::move(table));
}

std::string blocks_text(int64_t count, std::string_view what) {
    return fmt::format("{} new block{} {}", count_to_text(count), count == 1 ? " is" : "s are", what);
}

// The net becomes a picture, where one was asked for; text and JSON have it too.
Result<void> draw(const Net& net, const Question& question, Report& report) {
    const std::string path = question.typed.text("picture");
    if (path.empty()) return {};
    const auto format = render::picture_format_of(path);
    if (!format) return format.error();
    const std::string caption = fmt::format("{} · {}", report.subjects.back().program, net.title);
    const auto picture = render::draw({.net = net, .caption = caption, .format = *format});
    question.session.clear_progress();
    if (!picture) return picture.error();
    if (auto written = write_whole_file(path, *picture, question.console); !written) return written;
    report.heading.push_back(fmt::format("Image generated as {}", path));
    return {};
}

Result<void> add_new_ones(const Question& question, const analyze::SubjectGrowth& growth, Report& report) {
    auto fresh = analyze::new_ones(question.session.last(), growth.born);
    if (!fresh) return fresh.error();
    if (!fresh->allocated.empty()) {
        Table table{.title = "New ones", .key = "new", .layout = Table::Layout::facts};
        table.columns = {{.name = "", .key = "what"}, {.name = "", .key = "is"}};
        table.rows.push_back({"blocks", blocks_text(static_cast<int64_t>(growth.born.size()), "live")});
        table.rows.push_back({"allocated", fresh->allocated});
        report.shapes.emplace_back(std::move(table));
    }
    for (std::string& note : fresh->notes) report.notes.push_back(std::move(note));
    for (Net& net : fresh->nets) {
        if (auto drawn = draw(net, question, report); !drawn) return drawn;
        report.shapes.emplace_back(std::move(net));
    }
    return {};
}

std::vector<std::string> next_after_growth(const Question& question, bool is_owner, const std::string& subject) {
    const std::vector<std::string>& files = question.typed.arguments();
    const std::string first = shell_quoted(files.front()), last = shell_quoted(files.back());
    if (is_owner) return {fmt::format("heapkit containers {} {}", first, last)};
    return {fmt::format("heapkit backrefs {} --type {} --all-chains", last, shell_quoted(subject)),
            fmt::format("heapdiff {} {} --new", first, last)};
}

Error unknown(const Heap& heap, const std::string& subject) {
    const auto known = analyze::subject_names(heap, subject.find("::") != std::string::npos);
    const std::string near = closest(subject, known);
    return {fmt::format("no type is called {}, nor any container", subject),
            known.empty()  ? "The program has no debug information. Build it with -g."
            : near.empty() ? "See: heapkit types SNAPSHOT, heapkit containers SNAPSHOT"
                           : fmt::format("Did you mean {}?", near)};
}

Result<bool> judge_growth(const Question& question, Report& report) {
    const std::string subject = question.typed.text("no-growth");
    const auto heaps = question.session.heaps();
    const auto growth = analyze::subject_growth(heaps, subject);
    if (!growth) return growth.error();
    if (!growth->is_known) return unknown(question.session.last(), subject);
    const bool holds = growth->gain() <= 0;
    add_verdict(holds, fmt::format("no growth of {}", subject), growth->text(), report);
    report.notes = analyze::loss_notes(heaps, analyze::on_counts | analyze::on_types);
    if (holds) return true;
    const std::vector<const Heap*> ends = {heaps.front(), heaps.back()};
    auto table = analyze::growth(
        ends, {.filter = {},
               .rows = rows_of(question.typed, usual_rows),
               .by = growth->is_owner ? analyze::GrowthOptions::By::owner : analyze::GrowthOptions::By::type});
    if (!table) return table.error();
    report.shapes.emplace_back(std::move(*table));
    if (auto added = add_new_ones(question, *growth, report); !added) return added.error();
    report.next = next_after_growth(question, growth->is_owner, subject);
    return false;
}

// What a lost block refers to: no chain leads to it.
Result<void> add_lost_one(const Question& question, BlockId block, Report& report) {
    const Heap& heap = question.session.last();
    analyze::NeighbourOptions options{.direction = analyze::Direction::referents, .extra = {.site = true}};
    options.of.addresses = {fmt::format("{:#x}", heap.blocks().address[block.index()])};
    auto net = analyze::neighbours(heap, options);
    if (!net) return net.error();
    if (auto drawn = draw(*net, question, report); !drawn) return drawn;
    report.shapes.emplace_back(std::move(*net));
    return {};
}

// By line, the largest by its whole stack, and one block of it.
Result<void> add_lost(const Question& question, analyze::Leaks leaks, analyze::LeakOptions options, Report& report) {
    report.shapes.emplace_back(std::move(leaks.totals));
    report.shapes.emplace_back(std::move(leaks.groups));
    if (!leaks.suppressions.rows.empty()) report.shapes.emplace_back(std::move(leaks.suppressions));
    report.notes = std::move(leaks.notes);
    for (std::string& note : analyze::loss_notes(question.session.heaps(), analyze::on_stacks))
        report.notes.push_back(std::move(note));
    if (!options.by_traceback) {
        options.by_traceback = true;
        options.rows.limit = 1;
        auto stacks = analyze::leaks(options);
        if (!stacks) return stacks.error();
        stacks->groups.title = "The largest, by call stack";
        stacks->groups.key = "tracebacks";
        report.shapes.emplace_back(std::move(stacks->groups));
    }
    return leaks.example ? add_lost_one(question, *leaks.example, report) : Result<void>();
}

Result<bool> judge_leaks(const Question& question, Report& report) {
    auto options = leak_options_of(question.typed);
    if (!options) return options.error();
    options->heap = &question.session.last();
    options->older = &question.session.first();
    options->only_new = true;
    auto leaks = analyze::leaks(*options);
    if (!leaks) return leaks.error();
    const bool holds = leaks->blocks == 0;
    add_verdict(holds, "no leaks", blocks_text(leaks->blocks, "lost"), report);
    if (holds) {
        if (leaks->doubtful_blocks > 0) report.notes = std::move(leaks->notes);
        return true;
    }
    if (auto shown = add_lost(question, *std::move(leaks), *options, report); !shown) return shown.error();
    const std::string files = fmt::format("{} {}", shell_quoted(question.typed.arguments().back()),
                                          shell_quoted(question.typed.arguments().front()));
    report.next = {fmt::format("heapkit leaks {} --new --holders", files),
                   fmt::format("heapkit cycles {}", shell_quoted(question.typed.arguments().back()))};
    return false;
}

Result<int> run(const Typed& typed, Console& console) {
    if (typed.has("no-growth") == typed.has("no-leaks"))
        return Error{"one thing must be expected", "Either --no-growth NAME or --no-leaks."};
    if (typed.has("picture")) {
        const auto format = render::picture_format_of(typed.text("picture"));
        if (!format) return format.error();
    }
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    if (auto refusal = analyze::needs_every_block(session->heaps())) return *refusal;
    const Question question{.typed = typed, .session = *session, .console = console};
    Report report = session->begin_report("expect");
    const auto holds = typed.has("no-growth") ? judge_growth(question, report) : judge_leaks(question, report);
    if (!holds) return holds.error();
    session->show(report, typed, console);
    return *holds ? exit_fine : exit_condition_holds;
}

}  // namespace

Command expect_command() {
    using Kind = Option::Kind;
    const std::vector<Option> expectations = {
        {.names = "--no-growth",
         .kind = Kind::text,
         .value = "NAME",
         .help = "That the last snapshot has no more of NAME than the first: a type, counting its elements in "
                 "containers too; or the owner of a container, as DocumentCache::docs_, counting elements."},
        {.names = "--no-leaks", .help = "That nothing is lost which was allocated between the first and the last."},
        {.names = "--picture",
         .kind = Kind::file,
         .value = "FILE",
         .help = "When it is not so, draw the chain of a new one into FILE, or what a lost one refers to: .png, .svg, "
                 ".pdf, .dot."}};
    return {
        .name = "expect",
        .summary = "Whether a part of a program left nothing behind: what leak tests ask",
        .description =
            "Takes snapshots of one run, oldest first: before the work, after it, and any in between, from which it "
            "says whether growth came at every step or once. When it is not as expected, it shows what grew, who "
            "allocated it, and the chain that holds it.\n\n"
            "The headers prof/testing/gtest.hpp and catch2.hpp ask it from within a test.\n\n"
            "Exit status: 0 when it is as expected; 1 when not; 2 when that cannot be said, also of a name that "
            "neither a snapshot nor the debug information knows.",
        .arguments = {{"SNAPSHOT", "Snapshots of one run, oldest first.", 2, SIZE_MAX}},
        .options = joined({expectations, leak_listing_options(), showing_options("10")}),
        .examples = {{"heapkit expect --no-growth Session 1.heap 2.heap 3.heap", "are there more sessions?"},
                     {"heapkit expect --no-leaks 1.heap 2.heap --picture lost.png", "was anything lost in between?"}},
        .next = {"growth", "leaks", "backrefs"},
        .run = run};
}

}  // namespace heapkit::cli
