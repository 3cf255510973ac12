// SPDX-License-Identifier: MIT
//
// What is lost, and what is paid for and not used.
//
// Side: viewer/server.
#include <fmt/format.h>
#include <array>
#include <iterator>

#include "analyze/cycles.h"
#include "analyze/doubts.h"
#include "analyze/leaks.h"
#include "analyze/losses.h"
#include "analyze/waste.h"
#include "analyze/waste_containers.h"
#include "analyze/waste_duplicates.h"
#include "analyze/waste_padding.h"
#include "analyze/waste_pages.h"
#include "analyze/waste_residency.h"
#include "analyze/waste_summary.h"
#include "server/questions.h"

namespace heapkit::viewer {
namespace {

constexpr size_t most_rows = 5000, most_tracebacks = 1000, most_kinds = 200, most_pictures = 5;

class WastePage {
   public:
    WastePage(Material& material, Answer& answer) : heap_(material.last()), answer_(answer) {}

    Result<void> ask() {
        const bool has_owners = analyze::has_words(heap_) || !heap_.snapshot().has_blocks();
        if (!has_owners) note("Owners are not known: the snapshot was taken without contents.");
        const auto names = analyze::BlockNames::of(heap_, has_owners);
        if (!names) return names.error();
        auto pages = analyze::waste_pages(*names, options_);
        if (!pages) return pages.error();
        auto residency = analyze::waste_residency(*names, options_);
        if (!residency) return residency.error();
        ask_padding();
        ask_containers(*names);
        ask_duplicates(*names);
        answer_.report.shapes.insert(answer_.report.shapes.begin(), analyze::waste_summary(heap_, pages->use, totals_));
        take(std::move(pages->answer));
        if (pages->use.is_known) take(*std::move(residency));
        return {};
    }

   private:
    void note(std::string text) { answer_.report.notes.push_back(std::move(text)); }

    void take(analyze::WasteAnswer part) {
        for (Table& table : part.tables) answer_.report.shapes.emplace_back(std::move(table));
        std::move(part.notes.begin(), part.notes.end(), std::back_inserter(answer_.report.notes));
    }

    void ask_padding() {
        const auto classes = analyze::padded_classes(heap_);
        totals_.padding_bytes = totals_.reorder_bytes = 0;
        for (const analyze::PaddedClass& each : classes) {
            *totals_.padding_bytes += each.padding_bytes;
            *totals_.reorder_bytes += each.saved_bytes;
        }
        take(analyze::waste_padding(classes, options_));
    }

    void ask_containers(const analyze::BlockNames& names) {
        const auto rows = analyze::slack_containers(names);
        totals_.spare_bytes = 0;
        for (const analyze::SlackContainers& each : rows) *totals_.spare_bytes += each.spare_bytes;
        take(analyze::waste_containers(rows, options_));
    }

    void ask_duplicates(const analyze::BlockNames& names) {
        auto found = analyze::waste_duplicates(names, options_);
        if (!found)
            return note(analyze::has_hashes(heap_) ? found.error().what
                                                   : "Duplicates are not known: take a snapshot with hashes of "
                                                     "contents, heapkit snapshot PID --hashes.");
        totals_.duplicate_bytes = found->wasted_bytes;
        totals_.zero_bytes = found->zero_bytes;
        take(std::move(found->answer));
    }

    const Heap& heap_;
    Answer& answer_;
    const analyze::WasteOptions options_{.limit = most_rows};
    analyze::WasteTotals totals_;
};

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
    if (const auto asked = WastePage(material, answer).ask(); !asked) return asked.error();
    answer.main_table = "summary";
    answer.report.next = {fmt::format("heapkit waste {}", material.last_file()),
                          fmt::format("heapkit containers {}", material.last_file())};
    return answer;
}

}  // namespace heapkit::viewer
