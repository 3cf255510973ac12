// SPDX-License-Identifier: MIT
//
// The first page: what these snapshots are, what is wrong in them, how live memory went.
//
// Side: viewer/server.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "analyze/diagnose.h"
#include "analyze/info.h"
#include "analyze/losses.h"
#include "analyze/stacked.h"
#include "base/shell_words.h"
#include "server/questions.h"

namespace heapkit::viewer {
namespace {

constexpr size_t most_pictures = 8, most_steps = 3;

// What a page rests on, and so why there may be nothing on it.
enum Needs : unsigned { of_blocks = 1, of_words = 2, of_several = 4, of_every = 8 };
struct PageNeeds {
    const char* page;
    unsigned needs;
};
constexpr std::array<PageNeeds, 13> pages = {{{"diagnose", 0},
                                              {"types", of_blocks},
                                              {"flamegraph", 0},
                                              {"diff", of_several},
                                              {"growth", of_several | of_blocks},
                                              {"objects", of_blocks},
                                              {"holders", of_words},
                                              {"dominators", of_words},
                                              {"containers", of_words},
                                              {"closures", of_words},
                                              {"leaks", of_words},
                                              {"cycles", of_words},
                                              {"waste", of_blocks | of_every}}};

// Before anything is worked out: what the heading of the snapshot says.
std::optional<std::string> why_not(const Material& material, unsigned needs) {
    const read::Snapshot& snapshot = material.last().snapshot();
    if ((needs & of_several) != 0 && material.is_one())
        return "There is one snapshot alone: name an older one of the same program to compare with.";
    if (needs & (of_blocks | of_words) && !snapshot.has_blocks())
        return "The snapshot is what was left of a process that died suddenly: counters of stacks, no blocks.";
    if ((needs & of_words) != 0 && snapshot.process().contents == PROF_CONTENTS_NONE)
        return "The snapshot was taken without contents: nobody can say what refers to what.";
    if ((needs & (of_words | of_every)) != 0 && snapshot.is_sampled())
        return "The snapshot is a sample: a block that it does not have may hold one that it has.";
    return std::nullopt;
}

render::JsonMember::Texts texts_of(const std::vector<std::string>& lines) { return {lines.begin(), lines.end()}; }

// Where each snapshot stands on the timeline of the newest.
Table marks_of(const Material& material, const Report& report) {
    Table marks{.key = "marks"};
    marks.columns = {{.name = "", .key = "x", .unit = Unit::nanoseconds},
                     {.name = "", .key = "snapshot", .unit = Unit::count},
                     {.name = "", .key = "file"},
                     {.name = "", .key = "live_bytes", .unit = Unit::bytes}};
    const std::vector<double> seconds = analyze::seconds_of(material.heaps());
    for (size_t index = 0; index < seconds.size(); ++index)
        marks.rows.push_back({seconds[index] * 1e9, static_cast<int64_t>(index), report.subjects[index].file,
                              report.subjects[index].live_bytes});
    return marks;
}

std::vector<std::string> next_steps(const Material& material, const std::vector<analyze::Cause>& causes) {
    std::vector<std::string> next;
    for (const analyze::Cause& cause : causes) {
        std::string command =
            fmt::format("heapkit {} {}", cause.command, cause.takes_all ? material.all_files() : material.last_file());
        for (const std::string& argument : cause.arguments) command += " " + shell_quoted(argument);
        if (next.size() < most_steps && std::ranges::find(next, command) == next.end())
            next.push_back(std::move(command));
    }
    if (material.is_one()) next.push_back(fmt::format("heapkit diagnose {} LATER", material.last_file()));
    if (causes.empty() && !material.is_one()) {
        next.push_back(fmt::format("heapkit growth {}", material.all_files()));
        next.push_back(fmt::format("heapkit retained {}", material.last_file()));
    }
    return next;
}

}  // namespace

Result<Answer> answer_session(Material& material, const Parameters&) {
    Answer answer = material.about_all("session");
    answer.members.push_back({"", "program", answer.report.subjects.back().program});
    answer.members.push_back({"", "heading", texts_of(answer.report.heading)});
    answer.report.shapes.emplace_back(analyze::process_facts(material.last()));
    answer.report.shapes.emplace_back(analyze::losses_table(material.last()));
    render::JsonMember::Named reasons;
    for (const PageNeeds& page : pages) reasons[page.page] = why_not(material, page.needs);
    answer.members.push_back({"", "pages", std::move(reasons)});
    answer.report.next = {fmt::format("heapkit diagnose {}", material.all_files())};
    return answer;
}

Result<Answer> answer_info(Material& material, const Parameters&) {
    Answer answer = material.about_last("info");
    answer.report.shapes.emplace_back(analyze::process_facts(material.last()));
    answer.report.shapes.emplace_back(analyze::live_over_time(material.last()));
    answer.report.shapes.emplace_back(analyze::modules_table(material.last()));
    answer.report.shapes.emplace_back(analyze::losses_table(material.last()));
    answer.main_table = "modules";
    answer.report.next = {fmt::format("heapkit stats {}", material.last_file()),
                          fmt::format("heapkit types {}", material.last_file())};
    return answer;
}

Result<Answer> answer_diagnose(Material& material, const Parameters&) {
    analyze::Diagnosis diagnosis = analyze::diagnose(material.heaps());
    Answer answer = material.about_all("diagnose");
    answer.members.push_back({"", "verdict", diagnosis.verdict});
    answer.report.next = next_steps(material, diagnosis.causes);
    answer.report.shapes.emplace_back(std::move(diagnosis.ranking));
    answer.main_table = "causes";
    answer.report.notes = std::move(diagnosis.notes);
    size_t pictures = 0;
    for (analyze::Cause& cause : diagnosis.causes) {
        answer.report.shapes.emplace_back(std::move(cause.facts));
        if (!cause.picture) continue;
        if (++pictures <= most_pictures)
            add_picture(answer, *std::move(cause.picture));
        else
            answer.report.shapes.emplace_back(*std::move(cause.picture));
    }
    return answer;
}

Result<Answer> answer_timeline(Material& material, const Parameters& parameters) {
    const std::string by = text_in(parameters, "by");
    Answer answer = material.about_all("timeline");
    answer.report.shapes.emplace_back(analyze::live_over_time(material.last()));
    answer.members.push_back({"", "marks", marks_of(material, answer.report)});
    unsigned rests = analyze::on_counts;
    if (!by.empty()) {
        const auto group = by == "type" ? analyze::GroupBy::type : analyze::GroupBy::lineno;
        auto stacked = analyze::stacked_over_time(material.heaps(), {.by = group});
        if (!stacked) return stacked.error();
        answer.report.shapes.emplace_back(*std::move(stacked));
        rests |= by == "type" ? analyze::on_types : analyze::on_stacks;
    }
    add_loss_notes(material, rests, answer.report);
    answer.report.next = {fmt::format("heapkit info {}", material.last_file())};
    return answer;
}

}  // namespace heapkit::viewer
