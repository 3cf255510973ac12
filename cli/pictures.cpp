// SPDX-License-Identifier: MIT
//
// -o FILE, for every command that answers with a net.
//
// Side: our process, cli.
#include "pictures.h"

#include <fmt/format.h>
#include <map>

#include "base/units.h"
#include "render/graphviz.h"

namespace heapkit::cli {
namespace {

// Several nets are one picture: each is a part of it that nothing connects with the others.
Net joined_nets(const Report& report) {
    Net all;
    for (const Shape& shape : report.shapes) {
        const auto* const net = std::get_if<Net>(&shape);
        if (net == nullptr) continue;
        if (all.key.empty()) {
            all.title = net->title;
            all.key = net->key;
        }
        const auto first = static_cast<uint32_t>(all.nodes.size());
        all.nodes.insert(all.nodes.end(), net->nodes.begin(), net->nodes.end());
        for (NetEdge edge : net->edges) {
            edge.from += first;
            edge.to += first;
            all.edges.push_back(std::move(edge));
        }
    }
    return all;
}

std::string caption_of(const Report& report, const Net& net) {
    const Subject& subject = report.subjects.front();
    return fmt::format("{}, {} · {}", subject.program, subject.file, net.title);
}

Result<int> draw_into_file(Report report, const std::string& path, const Session& session, const Console& console) {
    const auto format = render::picture_format_of(path);
    if (!format) return format.error();
    const Net net = joined_nets(report);
    const auto picture = render::draw({.net = net, .caption = caption_of(report, net), .format = *format});
    session.clear_progress();
    if (!picture) return picture.error();
    const auto written = write_whole_file(path, *picture, console);
    if (!written) return written.error();
    if (path == "-") return exit_fine;
    std::erase_if(report.shapes, [](const Shape& shape) { return std::holds_alternative<Net>(shape); });
    const std::string nodes = fmt::format("{} node{}", count_to_text(static_cast<int64_t>(net.nodes.size())),
                                          net.nodes.size() == 1 ? "" : "s");
    report.heading.push_back(*format == render::PictureFormat::dot
                                 ? fmt::format("Graph written to {} ({})", path, nodes)
                                 : fmt::format("Image generated as {} ({})", path, nodes));
    console.print(render::to_text(report, console.text_options()));
    return exit_fine;
}

void tell_keys_apart(Report& report) {
    std::map<std::string, size_t> used;
    for (Shape& shape : report.shapes) {
        std::string& key = std::visit([](auto& answer) -> std::string& { return answer.key; }, shape);
        const size_t times = ++used[key];
        if (times > 1) key += fmt::format("_{}", times);
    }
}

}  // namespace

std::vector<Option> picture_options() {
    return {{.names = "-o,--output",
             .kind = Option::Kind::file,
             .value = "FILE",
             .help = "Draw it into FILE; its end says how: .png, .svg, .pdf, or .dot for Graphviz's text. - is DOT to "
                     "standard output. Without it the answer is text."},
            {.names = "--json", .help = "Write the answer as JSON: nodes, and edges between them."}};
}

Result<void> check_output(const Typed& typed) {
    if (!typed.has("output")) return {};
    const auto format = render::picture_format_of(typed.text("output"));
    if (!format) return format.error();
    if (!typed.has("json")) return {};
    return Error{"--json and -o are two forms of one answer", "Leave one of the two out."};
}

Result<int> show_nets(const Session& session, Report report, const Typed& typed, const Console& console) {
    if (typed.has("output")) return draw_into_file(std::move(report), typed.text("output"), session, console);
    tell_keys_apart(report);
    session.show(report, typed, console);
    return exit_fine;
}

}  // namespace heapkit::cli
