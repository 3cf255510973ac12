// SPDX-License-Identifier: MIT
//
// What is lost, and what is paid for and not used.
//
// Side: viewer/server.
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <iterator>

#include "analyze/cycles.h"
#include "analyze/doubts.h"
#include "analyze/leaks.h"
#include "analyze/losses.h"
#include "analyze/waste_page.h"
#include "server/questions.h"

namespace heapkit::viewer {
namespace {

constexpr size_t most_rows = 5000, most_tracebacks = 1000, most_kinds = 200, most_pictures = 5;

}  // namespace

Result<Answer> answer_leaks(Material& material, const Parameters& parameters) {
    const auto kinds = analyze::parse_leak_kinds(text_in(parameters, "kinds", "definite,possible"));
    if (!kinds) return kinds.error();
    const auto heuristics = refs::parse_heuristics("all");
    if (!heuristics) return heuristics.error();
    const bool by_traceback = text_in(parameters, "by") == "traceback";
    auto leaks = analyze::leaks({.heap = &material.last(),
                                 .older = material.is_one() ? nullptr : &material.first(),
                                 .kinds = *kinds,
                                 .heuristics = *heuristics,
                                 .by_traceback = by_traceback,
                                 .rows = {.limit = by_traceback ? most_tracebacks : most_rows}});
    if (!leaks) return leaks.error();
    const size_t newest = material.heaps().size() - 1;
    const std::array<size_t, 2> both = {0, newest};
    Answer answer = material.is_one() ? material.about_last("leaks") : material.about("leaks", both);
    answer.report.shapes.emplace_back(std::move(leaks->totals));
    answer.report.shapes.emplace_back(std::move(leaks->groups));
    answer.main_table = "leaks";
    answer.report.notes = std::move(leaks->notes);
    add_loss_notes(material, analyze::on_stacks, answer.report);
    if (leaks->blocks > 0)
        for (std::string& note : analyze::modules_without_lines(material.last()))
            answer.report.notes.push_back(std::move(note));
    const std::string older = material.is_one() ? "" : " " + material.first_file();
    answer.report.next = {fmt::format("heapkit leaks {}{}", material.last_file(), older),
                          fmt::format("heapkit leaks {}{} --traceback", material.last_file(), older)};
    return answer;
}

Result<Answer> answer_cycles(Material& material, const Parameters&) {
    auto cycles = analyze::cycles(material.last(), {.limit = most_kinds});
    if (!cycles) return cycles.error();
    Answer answer = material.about_last("cycles");
    add_loss_notes(material, analyze::on_types, answer.report);
    answer.report.shapes.emplace_back(std::move(cycles->table));
    answer.main_table = "cycles";
    for (size_t kind = 0; kind < cycles->kinds.size() && kind < most_pictures; ++kind)
        add_picture(answer, std::move(cycles->kinds[kind].net));
    answer.report.next = {fmt::format("heapkit cycles {}", material.last_file()),
                          fmt::format("heapkit leaks {}", material.last_file())};
    return answer;
}

Result<Answer> answer_waste(Material& material, const Parameters&) {
    Answer answer = material.about_last("waste");
    add_loss_notes(material, analyze::on_types, answer.report);
    auto page = analyze::waste_page(material.last(), {.options = {.limit = most_rows}});
    if (!page) return page.error();
    std::move(page->answer.tables.begin(), page->answer.tables.end(), std::back_inserter(answer.report.shapes));
    std::move(page->answer.notes.begin(), page->answer.notes.end(), std::back_inserter(answer.report.notes));
    answer.main_table = "summary";
    answer.report.next = {fmt::format("heapkit waste {}", material.last_file()),
                          fmt::format("heapkit containers {}", material.last_file())};
    return answer;
}

}  // namespace heapkit::viewer
