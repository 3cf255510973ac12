// SPDX-License-Identifier: MIT
//
// The table of pages, and what is common to them.
//
// Side: viewer/server. To add a page: a function in questions.h, a row here, its keys in docs/json.md.
#include "server/answers.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "server/questions.h"
#include "server/window.h"

namespace heapkit::viewer {
namespace {

using Kind = Rule::Kind;
using Names = std::string_view;

constexpr size_t most_kept = 48;

constexpr std::array<Names, 2> layers = {"type", "site"};
constexpr std::array<Names, 6> metrics = {"live", "peak", "allocated", "temporary", "growth", "count"};
constexpr std::array<Names, 2> flames = {"stack", "type"};
constexpr std::array<Names, 7> groups = {"type", "lineno", "filename", "function", "module", "traceback", "thread"};
constexpr std::array<Names, 3> growers = {"type", "site", "owner"};
constexpr std::array<Names, 2> leak_groups = {"lineno", "traceback"};
constexpr std::array<Names, 7> object_sorts = {"", "address", "-address", "size", "-size", "age_ns", "-age_ns"};
constexpr uint64_t most_depth = 8;

}  // namespace

struct Answers::Page {
    std::string_view name;
    Result<Answer> (*ask)(Material&, const Parameters&);
    std::vector<Rule> rules = {};
    bool keeps = false;  // the whole answer, for its table to be turned over, filtered and sorted
};

const std::vector<Answers::Page>& Answers::pages() {
    static const std::vector<Page> all = {
        {"session", answer_session},
        {"info", answer_info, {}, true},
        {"diagnose", answer_diagnose, {}, true},
        {"timeline", answer_timeline, {{"by", Kind::choice, layers}}},
        {"types", answer_types, {}, true},
        {"flamegraph",
         answer_flamegraph,
         {{"by", Kind::choice, flames}, {"metric", Kind::choice, metrics}, {"include"}, {"exclude"}}},
        {"diff", answer_diff, {{"by", Kind::choice, groups}, {"new", Kind::number}, {"old", Kind::number}}, true},
        {"growth", answer_growth, {{"by", Kind::choice, growers}}, true},
        {"objects", answer_objects, {{"type"}, {"sort", Kind::choice, object_sorts}}},
        {"object", answer_object, {{"address", Kind::addresses}, {"referents_offset", Kind::number}}},
        {"holders",
         answer_holders,
         {{"type"},
          {"address", Kind::addresses},
          {"expand", Kind::addresses},
          {.name = "depth", .kind = Kind::number, .most = most_depth}}},
        {"dominators", answer_dominators, {{"node"}}},
        {"containers", answer_containers, {}, true},
        {"closures", answer_closures, {}, true},
        {"leaks", answer_leaks, {{"by", Kind::choice, leak_groups}, {"kinds"}}, true},
        {"cycles", answer_cycles, {}, true},
        {"waste", answer_waste, {}, true},
    };
    return all;
}

Reply refusal(int status, const Error& error, const std::string& where) {
    return {status,
            fmt::format("{{\"error\": {{\"what\": {}, \"where\": {}, \"do\": {}}}}}\n", render::json_string(error.what),
                        render::json_string(where), render::json_string(error.hint))};
}

Answers::Answers(std::vector<Opened> snapshots) : material_(std::move(snapshots)) {}

std::vector<Question> Answers::first_questions() const {
    std::vector<Question> questions = {{"session"}, {"timeline"}, {"types"}, {"flamegraph"}, {"diagnose"}};
    if (!material_.is_one())
        questions.insert(questions.end(), {{"diff"}, {"growth"}, {"flamegraph", {{"metric", "growth"}}}});
    questions.insert(questions.end(), {{"dominators"},
                                       {"containers"},
                                       {"closures"},
                                       {"leaks"},
                                       {"cycles"},
                                       {"waste"},
                                       {"flamegraph", {{"by", "type"}}},
                                       {"timeline", {{"by", "type"}}},
                                       {"leaks", {{"by", "traceback"}}}});
    if (!material_.is_one()) questions.push_back({"growth", {{"by", "owner"}}});
    return questions;
}

std::vector<Question> Answers::later_questions() const {
    constexpr size_t most_types = 10;
    std::vector<Question> questions;
    for (const TypeExample& type : largest_types(most_types)) questions.push_back({"holders", {{"type", type.name}}});
    return questions;
}

Result<Answers::Kept> Answers::kept(const Page& page, const Question& question) {
    const std::string key =
        key_of(question.name, page.keeps ? without_window(question.parameters) : question.parameters);
    for (auto at = kept_.begin(); at != kept_.end(); ++at) {
        if (at->first != key) continue;
        kept_.splice(kept_.begin(), kept_, at);
        return kept_.front().second;
    }
    auto answer = page.ask(material_, question.parameters);
    if (!answer) return answer.error();
    const auto kept = std::make_shared<const Answer>(*std::move(answer));
    if (!page.keeps) return kept;
    kept_.emplace_front(key, kept);
    if (kept_.size() > most_kept) kept_.pop_back();
    return kept;
}

Reply Answers::ask(const Question& question, uint64_t rows) {
    const std::string where = key_of(question.name, question.parameters);
    const auto page = std::ranges::find(pages(), question.name, &Page::name);
    if (page == pages().end())
        return refusal(404, {fmt::format("there is no answer \"{}\"", question.name), "See docs/json.md."}, where);
    std::vector<Rule> rules = page->rules;
    for (const Rule& rule : window_rules())
        if (std::ranges::find(rules, rule.name, &Rule::name) == rules.end()) rules.push_back(rule);
    if (const auto checked = check(question.parameters, rules); !checked) return refusal(400, checked.error(), where);
    if (const auto there = material_.still_there(); !there) return refusal(410, there.error(), where);
    Question asked = question;
    if (rows != Window::usual_limit) asked.parameters["limit"] = fmt::to_string(rows);
    const auto answer = kept(*page, asked);
    if (!answer) return refusal(404, answer.error(), where);
    auto document = document_of(**answer, window_in(asked.parameters), rows);
    if (!document) return refusal(400, document.error(), where);
    return {200, *std::move(document)};
}

std::vector<TypeExample> Answers::largest_types(size_t limit) const {
    const Heap& heap = material_.last();
    struct Sum {
        int64_t bytes = 0;
        BlockId example;
    };
    std::vector<Sum> sums(heap.types().count());
    for (size_t index = 0; index < heap.blocks().count(); ++index) {
        Sum& sum = sums[heap.types().of(BlockId(index)).index()];
        if (sum.bytes == 0) sum.example = BlockId(index);  // the first: a list of them begins with it
        sum.bytes += static_cast<int64_t>(heap.blocks().counted_bytes(BlockId(index)));
    }
    std::vector<size_t> order;
    for (size_t type = 0; type < sums.size(); ++type) {
        using Form = types::Type::Form;
        const Form form = heap.types().type(types::TypeId(type)).form;
        if (sums[type].bytes > 0 && form != Form::unknown && form != Form::place) order.push_back(type);
    }
    std::ranges::stable_sort(order, std::greater(), [&](size_t type) { return sums[type].bytes; });
    std::vector<TypeExample> examples;
    for (size_t at = 0; at < std::min(limit, order.size()); ++at)
        examples.push_back({heap.types().type(types::TypeId(order[at])).name,
                            fmt::format("{:#x}", heap.blocks().address[sums[order[at]].example.index()])});
    return examples;
}

Result<std::string> document_of(const Answer& answer, const Window& window, uint64_t rows) {
    Report shown = answer.report;
    shown.shapes.clear();
    std::vector<render::JsonMember> members = answer.members;
    const std::string wanted = window.table.empty() ? answer.main_table : window.table;
    bool is_found = answer.is_cut_already || window.table.empty();
    for (const Shape& shape : answer.report.shapes) {
        const auto* const table = std::get_if<Table>(&shape);
        if (table == nullptr || answer.is_cut_already) {
            shown.shapes.push_back(shape);
            continue;
        }
        const bool is_wanted = table->key == wanted;
        is_found = is_found || is_wanted;
        auto cut = cut_of(*table, is_wanted ? window : Window{.limit = rows});
        if (!cut) return cut.error();
        members.push_back({table->key, "offset", static_cast<int64_t>(cut->offset)});
        members.push_back({table->key, "rows_total", cut->rows_total});
        shown.shapes.emplace_back(std::move(cut->table));
    }
    if (!is_found) return Error{fmt::format("there is no table {} in this answer", wanted), "See docs/json.md."};
    return render::to_json_line(shown, members);
}

}  // namespace heapkit::viewer
