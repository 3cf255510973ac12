// SPDX-License-Identifier: MIT
//
// heapkit flamegraph: a picture of all call stacks, or of what changed.
//
// Side: our process, cli.
#include "render/flamegraph.h"

#include <fmt/format.h>
#include <filesystem>

#include "analyze/flame.h"
#include "analyze/heading.h"
#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"

namespace heapkit::cli {
namespace {

std::string usual_name(const Typed& typed) {
    const std::filesystem::path snapshot = std::filesystem::path(typed.arguments()[0]).filename();
    return snapshot.stem().string() + (typed.arguments().size() > 1 ? "-diff.svg" : ".svg");
}

Result<int> draw(const Tree& tree, const Report& report, const Typed& typed, const Console& console) {
    if (tree.total[0] == 0) return Error{"there is nothing to draw: no block matches", "Loosen the filters."};
    const render::FlameGraph graph = render::flame_graph(tree);
    const std::string path = typed.text("output", usual_name(typed));
    const auto written = write_whole_file(path, graph.svg, console);
    if (!written) return written.error();
    if (path == "-") return exit_fine;
    Report said = report;
    said.shapes.clear();
    said.heading.push_back(
        fmt::format("Flame graph written to {} ({} frames). Open it in a browser: click zooms, "
                    "Ctrl-F searches.",
                    path, graph.frames));
    console.print(render::to_text(said, console.text_options()));
    return exit_fine;
}

Result<int> run(const Typed& typed, Console& console) {
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const Heap* const older = typed.arguments().size() > 1 ? &session->heap(1) : nullptr;
    if (older != nullptr && !typed.has("force")) {
        if (auto refusal = analyze::refusal_to_compare(*older, session->heap(0))) return *refusal;
    }
    const auto metric = analyze::parse_metric(typed.text("metric")).value_or(analyze::Metric::live);
    auto tree = analyze::flame_tree(
        {.heap = &session->heap(0), .older = older, .metric = metric, .filter = std::move(*filter)});
    if (!tree) return tree.error();
    Report report = session->begin_report("flamegraph");
    if (older != nullptr) {  // NEW was named first
        std::swap(report.subjects[0], report.subjects[1]);
        report.heading = analyze::heading_of(report.subjects);
    }
    report.notes = analyze::loss_notes(session->heaps(), analyze::on_counts | analyze::on_stacks);
    if (!typed.has("json")) return draw(*tree, report, typed, console);
    report.shapes.emplace_back(std::move(*tree));
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command flamegraph_command() {
    const Option output = {.names = "-o,--output",
                           .kind = Option::Kind::file,
                           .value = "FILE",
                           .help = "Write the picture to FILE; - is standard output.",
                           .fallback = "the snapshot's name with .svg"};
    const Option force = {.names = "--force", .help = "Compare snapshots of different programs all the same."};
    const Option json = {.names = "--json", .help = "Write the call tree as JSON instead of a picture."};
    std::vector<Option> filters = filter_options();
    return {.name = "flamegraph",
            .summary = "Draw all call stacks, as wide as the memory they hold",
            .description =
                "Writes an interactive picture as one SVG file that needs nothing else. Callers are on top, what they "
                "call is below; a frame is as wide as the memory that was allocated under it. Hover tells, a click "
                "zooms, Ctrl-F searches, Escape goes back.\n\n"
                "With OLD, the picture is as wide as SNAPSHOT and coloured by what changed since OLD: red grew, blue "
                "shrank.",
            .arguments = {{"SNAPSHOT", "The snapshot to draw."}, {"OLD", "An older one to compare with.", 0, 1}},
            .options = joined({{output, metric_option(), force}, std::move(filters), {json}}),
            .examples = {{"heapkit flamegraph 1.heap -o live.svg", "what is live"},
                         {"heapkit flamegraph 1.heap --metric peak", "what was live at the peak"},
                         {"heapkit flamegraph 2.heap 1.heap -o grew.svg", "what changed from 1 to 2"}},
            .next = {"stats", "diff"},
            .run = run};
}

}  // namespace heapkit::cli
