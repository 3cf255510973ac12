// SPDX-License-Identifier: MIT
//
// Who keeps what alive: the dominator tree, containers, closures.
//
// Side: viewer/server.
#include <fmt/format.h>

#include "analyze/closures.h"
#include "analyze/container_growth.h"
#include "analyze/containers.h"
#include "analyze/losses.h"
#include "analyze/owned_tree.h"
#include "server/questions.h"

namespace heapkit::viewer {
namespace {

constexpr uint32_t treemap_depth = 12;  // as heapkit tree
constexpr size_t most_rows = 5000, most_pictures = 5;

void add_table(Answer& answer, Table table, const std::string& key) {
    table.key = key;
    answer.report.shapes.emplace_back(std::move(table));
}

}  // namespace

Result<Answer> answer_dominators(Material& material, const Parameters& parameters) {
    const Window window = window_in(parameters);
    const auto ownership = material.ownership();
    if (!ownership) return ownership.error();
    const auto children = material.children();
    if (!children) return children.error();
    const std::string node = text_in(parameters, "node");
    auto table = (*children)->table({.node = node, .offset = window.offset, .limit = window.limit});
    if (!table) return table.error();
    Answer answer = material.about_last("tree");
    answer.is_cut_already = true;
    answer.members.push_back({"children", "offset", static_cast<int64_t>(window.offset)});
    answer.members.push_back(
        {"children", "rows_total", static_cast<int64_t>(table->rows.size() + table->rows_left_out)});
    if (node.empty())
        answer.report.shapes.emplace_back(
            analyze::owned_tree(material.last(), **ownership, {}, {.max_depth = treemap_depth}));
    answer.report.shapes.emplace_back(*std::move(table));
    add_loss_notes(material, analyze::on_types, answer.report);
    answer.report.next = {fmt::format("heapkit tree {}", material.last_file()),
                          fmt::format("heapkit retained {}", material.last_file())};
    return answer;
}

Result<Answer> answer_containers(Material& material, const Parameters&) {
    const auto ownership = material.ownership();
    if (!ownership) return ownership.error();
    Answer answer = material.about_all("containers");
    add_loss_notes(material, analyze::on_types, answer.report);
    const auto populations = analyze::populations_of(material.last(), **ownership, false);
    auto now = analyze::containers(populations, {.limit = most_rows});
    answer.report.shapes.emplace_back(std::move(now.containers));
    answer.report.shapes.emplace_back(std::move(now.nodes));
    answer.main_table = "containers";
    answer.report.next = {
        fmt::format("heapkit containers {}{}", material.all_files(), material.is_one() ? " LATER" : ""),
        fmt::format("heapkit tree {}", material.last_file())};
    if (material.is_one()) return answer;
    auto growth = analyze::container_growth(material.heaps(), {.limit = most_rows});
    if (!growth) return growth.error();
    answer.report.shapes.emplace_back(std::move(growth->containers));
    size_t number = 0;
    for (analyze::Runaway& runaway : growth->runaways)
        add_table(answer, std::move(runaway.facts), ++number == 1 ? "runaway" : fmt::format("runaway_{}", number));
    return answer;
}

Result<Answer> answer_closures(Material& material, const Parameters&) {
    auto closures = analyze::closures(material.heaps(), {.limit = most_rows});
    if (!closures) return closures.error();
    Answer answer = material.about_all("closures");
    add_loss_notes(material, analyze::on_types, answer.report);
    answer.main_table = "closures";
    answer.report.shapes.emplace_back(std::move(closures->lines));
    answer.report.shapes.emplace_back(std::move(closures->captures));
    for (Table& facts : closures->leaked) answer.report.shapes.emplace_back(std::move(facts));
    for (size_t chain = 0; chain < closures->chains.size(); ++chain) {
        if (chain < most_pictures)
            add_picture(answer, std::move(closures->chains[chain]));
        else
            answer.report.shapes.emplace_back(std::move(closures->chains[chain]));
    }
    if (material.is_one())
        answer.report.notes.push_back("Whether their number grows, a second snapshot says: name an older one too.");
    answer.report.next = {fmt::format("heapkit closures {}", material.all_files())};
    return answer;
}

}  // namespace heapkit::viewer
