// SPDX-License-Identifier: MIT
//
// Asks what a reader would, until the room is used up: what matters most comes first.
//
// Side: viewer/server.
#include "server/report.h"

#include <fmt/format.h>

#include "base/units.h"
#include "server/page.h"

namespace heapkit::viewer {
namespace {

constexpr size_t dominator_levels_top = 12, dominator_levels_below = 4;  // children that are gone down to
constexpr size_t objects_of_a_type = 20;

class Writer {
   public:
    Writer(Answers& answers, const ReportOptions& options) : answers_(answers), options_(options) {}

    Result<ReportPage> write() {
        const std::vector<Question> pages = whole_pages();
        for (const Question& question : pages) add(question, options_.most_rows);
        add_dominators();
        add_types();
        if (!skipped_.empty())
            boot_.left_out.push_back(fmt::format("{} answers beyond {}, among them {}.", skipped_.size(),
                                                 size_to_text(options_.most_bytes), skipped_.front()));
        boot_.left_out.push_back(
            fmt::format("Objects, and who holds them, but of the {} types that take most.", shown_types_));
        const size_t count = boot_.answers.size();
        return ReportPage{page_with(boot_), count, boot_.left_out};
    }

   private:
    std::vector<Question> whole_pages() const {
        std::vector<Question> pages = {{"session"}, {"info"},   {"diagnose"},   {"types"},     {"timeline"},
                                       {"leaks"},   {"cycles"}, {"containers"}, {"closures"},  {"waste"},
                                       {"growth"},  {"diff"},   {"dominators"}, {"flamegraph"}};
        const auto with = [&](const char* name, const char* parameter, std::initializer_list<const char*> values) {
            for (const char* const value : values) pages.push_back({name, {{parameter, value}}});
        };
        with("flamegraph", "metric", {"peak", "allocated", "temporary"});
        if (!answers_.material().is_one()) with("flamegraph", "metric", {"growth"});
        with("flamegraph", "by", {"type"});
        if (!answers_.material().is_one()) {
            pages.push_back({"flamegraph", {{"by", "type"}, {"metric", "growth"}}});
            with("diff", "by", {"lineno", "function", "module", "filename", "traceback", "thread"});
            with("growth", "by", {"site", "owner"});
        }
        with("timeline", "by", {"type", "site"});
        with("leaks", "by", {"traceback"});
        return pages;
    }

    // False when there was no room. What cannot be asked is an answer too: the page says why.
    bool add(const Question& question, size_t rows) {
        const std::string key = key_of(question.name, question.parameters);
        if (options_.progress) options_.progress(key, bytes_, options_.most_bytes);
        Reply reply = answers_.ask(question, rows);
        if (bytes_ + reply.json.size() > options_.most_bytes) {
            skipped_.push_back(key);
            return false;
        }
        bytes_ += reply.json.size();
        boot_.answers[key] = std::move(reply.json);
        return true;
    }

    void add_dominators() {
        for (size_t top = 0; top < dominator_levels_top; ++top) {
            const std::string node = fmt::to_string(top);
            if (!add_existing("dominators", "node", node)) break;
            for (size_t below = 0; below < dominator_levels_below; ++below)
                if (!add_existing("dominators", "node", fmt::format("{}.{}", node, below))) break;
        }
    }

    bool add_existing(const char* name, const char* parameter, std::string value) {
        const Question question{name, {{parameter, std::move(value)}}};
        return answers_.has(question) && add(question, Window::usual_limit);
    }

    void add_types() {
        for (const TypeExample& type : answers_.largest_types(options_.most_types)) {
            const bool has_room = add({"objects", {{"type", type.name}}}, objects_of_a_type) &&
                                  add({"object", {{"address", type.address}}}, objects_of_a_type) &&
                                  add({"holders", {{"type", type.name}}}, options_.most_rows) &&
                                  add({"holders", {{"address", type.address}}}, options_.most_rows);
            if (!has_room) return;
            ++shown_types_;
        }
    }

    Answers& answers_;
    const ReportOptions& options_;
    Boot boot_{.is_report = true};
    std::vector<std::string> skipped_;
    size_t bytes_ = 0, shown_types_ = 0;
};

}  // namespace

Result<ReportPage> report_page(Answers& answers, const ReportOptions& options) {
    if (page_html.empty()) return Error{"this build has no page", "Build it: see docs/HACKING.md."};
    return Writer(answers, options).write();
}

}  // namespace heapkit::viewer
