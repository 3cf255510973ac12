// SPDX-License-Identifier: MIT
//
// Options and answer of refs and backrefs.
//
// Side: our process, cli.
#include "references.h"

#include <fmt/format.h>

#include "analyze/chunks.h"
#include "analyze/losses.h"
#include "options.h"
#include "pictures.h"

namespace heapkit::cli {
namespace {

using Kind = Option::Kind;

std::vector<Option> choosing_options() {
    return {{.names = "--type",
             .kind = Kind::text,
             .value = "TYPE",
             .help = "Objects of TYPE, which may be a pattern: UserRecord is also docserver::UserRecord."},
            {.names = "--one",
             .kind = Kind::choice,
             .value = "WHICH",
             .help = "Of the objects of TYPE only one.",
             .choices = {"newest", "oldest", "largest"}}};
}

std::vector<Option> drawing_options() {
    return {{.names = "--max-depth",
             .kind = Kind::number,
             .value = "N",
             .help = "Follow references for N steps; what has more behind it is marked.",
             .fallback = "3"},
            {.names = "--too-many",
             .kind = Kind::number,
             .value = "N",
             .help = "Show N neighbours of an object, and one box for the rest. 0 for all.",
             .fallback = "10"},
            {.names = "--highlight", .kind = Kind::text, .value = "TYPE", .help = "Mark objects of TYPE, a pattern."},
            {.names = "--extra-info",
             .kind = Kind::text,
             .value = "NAMES",
             .help = "Lines more in each box: address, site, age, with commas between them; or all.",
             .fallback = "none"},
            {.names = "--owning", .help = "Follow only references that own what they refer to."},
            {.names = "--raw", .help = "Show what containers and smart pointers consist of."}};
}

analyze::Choice::One which_of(const std::string& text) {
    using One = analyze::Choice::One;
    if (text == "newest") return One::newest;
    if (text == "oldest") return One::oldest;
    return text == "largest" ? One::largest : One::all;
}

}  // namespace

std::vector<Argument> reference_arguments() {
    return {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."},
            {"ADDRESS", "Objects, as heapkit objects shows their addresses. May lie inside of them.", 0, SIZE_MAX}};
}

std::vector<Option> reference_options() {
    return joined({choosing_options(), drawing_options(), filter_options(), picture_options()});
}

analyze::Choice choice_of(const Typed& typed) {
    const std::vector<std::string>& words = typed.arguments();
    return {
        .addresses = {words.begin() + 1, words.end()}, .type = typed.text("type"), .one = which_of(typed.text("one"))};
}

Result<analyze::NeighbourOptions> neighbour_options_of(const Typed& typed, analyze::Direction direction) {
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    const auto extra = analyze::parse_extra_info(typed.text("extra-info", "none"));
    if (!extra) return extra.error();
    const size_t addresses = typed.arguments().size() - 1;
    return analyze::NeighbourOptions{
        .direction = direction,
        .of = choice_of(typed),
        .most_subjects = std::max<size_t>(addresses, 1),
        .max_depth = static_cast<uint32_t>(std::min<size_t>(typed.number("max-depth", 3), UINT32_MAX)),
        .too_many = typed.number("too-many", 10),
        .highlight = typed.text("highlight"),
        .filter = std::move(*filter),
        .extra = *extra,
        .raw = typed.has("raw"),
        .owning_only = typed.has("owning")};
}

Report begin_references(const Session& session, const std::string& command) {
    Report report = session.begin_report(command);
    report.notes = analyze::loss_notes(session.heaps(), analyze::on_types);
    return report;
}

std::string spelled_again(const Typed& typed) {
    std::string words;
    for (const std::string& word : typed.arguments()) words += (words.empty() ? "" : " ") + shell_quoted(word);
    for (const char* const option : {"type", "one"}) {
        if (typed.has(option)) words += fmt::format(" --{} {}", option, shell_quoted(typed.text(option)));
    }
    return words;
}

Result<int> show_neighbours(const Typed& typed, const Console& console, analyze::Direction direction,
                            std::vector<std::string> next) {
    const auto options = neighbour_options_of(typed, direction);
    if (!options) return options.error();
    const auto session = Session::open(std::span(typed.arguments()).first(1), console);
    if (!session) return session.error();
    auto net = analyze::neighbours(session->last(), *options);
    if (!net) return net.error();
    Report report = begin_references(*session, direction == analyze::Direction::referrers ? "backrefs" : "refs");
    report.shapes.emplace_back(std::move(*net));
    if (direction == analyze::Direction::referrers)
        for (std::string& note : analyze::chunk_notes(session->last(), choice_of(typed)))
            report.notes.push_back(std::move(note));
    report.next = std::move(next);
    return show_nets(*session, std::move(report), typed, console);
}

}  // namespace heapkit::cli
