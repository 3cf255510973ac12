// SPDX-License-Identifier: MIT
//
// Sums: types, call trees, and what changed.
//
// Side: viewer/server.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "analyze/evidence.h"
#include "analyze/flame_by_type.h"
#include "analyze/growth.h"
#include "analyze/heading.h"
#include "analyze/losses.h"
#include "analyze/statistics.h"
#include "analyze/type_overview.h"
#include "server/questions.h"

namespace heapkit::viewer {
namespace {

// A frame narrower than this is less than a pixel on any screen, and may be asked for with include=.
constexpr double least_frame = 0.0002;
constexpr size_t most_rows = 50'000, most_tracebacks = 1'000;  // that are kept of a table by places

Result<analyze::Filter> filter_in(const Parameters& parameters) {
    analyze::Filter filter;
    filter.all_frames = true;
    for (const bool is_include : {true, false}) {
        const std::string text = text_in(parameters, is_include ? "include" : "exclude");
        if (text.empty()) continue;
        auto pattern = analyze::parse_pattern(text);
        if (!pattern) return pattern.error();
        (is_include ? filter.include : filter.exclude).push_back(*std::move(pattern));
    }
    return filter;
}

Error needs_an_older_one() {
    return {"there is one snapshot alone: nothing to compare with",
            "Name an older snapshot of the same program: heapkit view NEW OLD."};
}

// Which two snapshots: by their places, the first and the last unless others are named.
Result<std::array<size_t, 2>> pair_in(const Material& material, const Parameters& parameters) {
    if (material.is_one()) return needs_an_older_one();
    const size_t last = material.heaps().size() - 1;
    const std::array<size_t, 2> pair = {number_in(parameters, "old", 0), number_in(parameters, "new", last)};
    if (pair[0] <= last && pair[1] <= last) return pair;
    return Error{fmt::format("there is no snapshot {}", std::max(pair[0], pair[1])),
                 fmt::format("They are numbered from 0 to {}, oldest first.", last)};
}

}  // namespace

Result<Answer> answer_types(Material& material, const Parameters&) {
    type_together(material.heaps());  // before one of them alone is asked
    const auto ownership = material.ownership();
    auto table = analyze::type_overview(material.heaps(), ownership ? *ownership : nullptr);
    if (!table) return table.error();
    Answer answer = material.about_all("types");
    answer.report.shapes.emplace_back(*std::move(table));
    answer.main_table = "types";
    add_loss_notes(material, analyze::on_counts | analyze::on_types, answer.report);
    for (std::string& note : analyze::missing_types(material.last())) answer.report.notes.push_back(std::move(note));
    answer.report.next = {fmt::format("heapkit types {}", material.last_file()),
                          fmt::format("heapkit types {} --by evidence", material.last_file())};
    return answer;
}

Result<Answer> answer_flamegraph(Material& material, const Parameters& parameters) {
    const std::string by = text_in(parameters, "by", "stack"), metric = text_in(parameters, "metric", "live");
    const bool is_growth = metric == "growth";
    if (is_growth && material.is_one()) return needs_an_older_one();
    auto filter = filter_in(parameters);
    if (!filter) return filter.error();
    const analyze::FlameOptions options{.heap = &material.last(),
                                        .older = is_growth ? &material.first() : nullptr,
                                        .metric = analyze::parse_metric(metric).value_or(analyze::Metric::live),
                                        .filter = *std::move(filter)};
    auto tree = by == "type" ? analyze::flame_tree_by_type(options) : analyze::flame_tree(options);
    if (!tree) return tree.error();
    const size_t left_out = analyze::cut_narrow(*tree, least_frame);
    Answer answer = is_growth ? material.about_all("flamegraph") : material.about_last("flamegraph");
    answer.members.push_back({"flamegraph", "frames_left_out", static_cast<int64_t>(left_out)});
    answer.report.shapes.emplace_back(*std::move(tree));
    add_loss_notes(material, analyze::on_counts | analyze::on_stacks, answer.report);
    answer.report.next = {is_growth
                              ? fmt::format("heapkit flamegraph {} {}", material.last_file(), material.first_file())
                              : fmt::format("heapkit flamegraph {} --metric {}", material.last_file(), metric)};
    return answer;
}

Result<Answer> answer_diff(Material& material, const Parameters& parameters) {
    const std::string by = text_in(parameters, "by", "type");
    const auto pair = pair_in(material, parameters);
    if (!pair) return pair.error();
    const Heap &older = *material.heaps()[(*pair)[0]], &newer = *material.heaps()[(*pair)[1]];
    const bool is_by_traceback = by == "traceback";
    auto table = analyze::compare({.older = &older,
                                   .newer = &newer,
                                   .grouping = {.by = *analyze::parse_group_by(by)},
                                   .filter = {},
                                   .rows = {.limit = is_by_traceback ? most_tracebacks : most_rows}});
    if (!table) return table.error();
    Answer answer = material.about("heapdiff", *pair);
    answer.main_table = table->key;
    answer.report.shapes.emplace_back(*std::move(table));
    if (analyze::kinship_of(older, newer) == analyze::Kinship::two_builds)
        answer.report.notes.push_back("The two snapshots are of different builds: lines may have moved.");
    add_loss_notes(material, analyze::on_counts | analyze::on_stacks | analyze::on_types, answer.report);
    const std::string files = fmt::format("{} {}", material.file((*pair)[0]), material.file((*pair)[1]));
    answer.report.next = {fmt::format("heapdiff {} --by {}", files, by), fmt::format("heapdiff {} --new", files)};
    return answer;
}

Result<Answer> answer_growth(Material& material, const Parameters& parameters) {
    using By = analyze::GrowthOptions::By;
    const std::string by = text_in(parameters, "by", "type");
    if (material.is_one()) return needs_an_older_one();
    auto table = analyze::growth(material.heaps(), {.filter = {},
                                                    .rows = {.limit = most_rows},
                                                    .by = by == "site"    ? By::site
                                                          : by == "owner" ? By::owner
                                                                          : By::type});
    if (!table) return table.error();
    Answer answer = material.about_all("growth");
    answer.report.shapes.emplace_back(*std::move(table));
    answer.main_table = "growth";
    answer.report.shapes.emplace_back(analyze::heap_rate(material.heaps(), 0, 0));
    add_loss_notes(material, analyze::on_counts | analyze::on_types, answer.report);
    answer.report.next = {fmt::format("heapkit growth {} --by {}", material.all_files(), by)};
    return answer;
}

}  // namespace heapkit::viewer
