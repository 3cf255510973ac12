// SPDX-License-Identifier: MIT
//
// objgraph's drawing rules with calmer colours: boxes that say type, size and site; roots green, closures blue, what
// was asked for red; the path to it bold, references that do not own dotted; a dashed outline where a search stopped.
//
// Side: heap, floor 3 (render).
//
// Names come from a stranger's program. In DOT a backslash begins an escape (\N is the node's name, \l ends a line) and
// an ampersand an entity, so both are spelled out; a label that stands in quotes is never read as markup. The legend is
// markup, and what is put in there is escaped for XML.
#include "render/dot.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "render/safe_text.h"

namespace heapkit::render {
namespace {

constexpr size_t longest_line = 44, longest_edge_label = 28;  // columns; tooltips have the whole
constexpr size_t longest_tooltip = 2000, most_lines = 6;
constexpr size_t longest_caption = 150;
constexpr size_t most_spare_edges = 30;  // more than a tree of as many nodes has: then the layout must be quick

constexpr std::string_view sans = "DejaVu Sans", mono = "DejaVu Sans Mono";
constexpr std::string_view ink = "#222222", quiet_ink = "#666666", line_grey = "#8a8a8a", arrow_grey = "#5c5c5c";
constexpr std::string_view red = "#c00000";

struct Look {
    NetNode::Role role;
    std::string_view fill, outline, font, meaning;
};
constexpr std::array<Look, 6> looks = {{
    {NetNode::Role::root, "#b8e0b0", "#4c8f40", ink, "root: global, thread stack, register"},
    {NetNode::Role::container, "#f0f0f0", line_grey, ink, "container"},
    {NetNode::Role::closure, "#cfe0f7", "#4a78b5", ink, "closure"},
    {NetNode::Role::object, "#ffffff", line_grey, ink, "object"},
    {NetNode::Role::subject, "#ffffff", red, red, "what was asked for"},
    {NetNode::Role::folded, "#fbe3e3", red, ink, "left out"},
}};

const Look& look_of(NetNode::Role role) {
    return *std::find_if(looks.begin(), looks.end(), [role](const Look& look) { return look.role == role; });
}

// The inside of a quoted string whose escapes and entities are read by Graphviz.
std::string dot_escaped(std::string_view safe) {
    std::string escaped;
    for (const char c : safe) {
        switch (c) {
            case '"':
                escaped += "\\\"";
                break;
            case '\\':
                escaped += "\\\\";
                break;
            case '&':
                escaped += "&amp;";
                break;
            case '\n':
                escaped += "\\n";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

// Graphviz reads escapes of a tooltip twice, so that no number of backslashes is right in all its versions.
std::string tooltip_string(std::string_view text) {
    std::string shown;
    for (const char c : fitted(safe_text(text, {.keep_line_feeds = true}), longest_tooltip)) {
        if (c == '\\') {
            shown += "⧵";
        } else {
            shown += c;
        }
    }
    return dot_string(shown);
}

// "48 B · keeps 1.9 KiB · …" in as few lines as are short enough, where it has dots at all.
std::vector<std::string> parted_at_dots(const std::string& line) {
    static constexpr std::string_view dot = " · ";
    std::vector<std::string> lines;
    for (size_t begin = 0; begin <= line.size();) {
        const size_t end = std::min(line.find(dot, begin), line.size());
        const std::string part = line.substr(begin, end - begin);
        const bool fits = !lines.empty() && display_width(lines.back()) + 3 + display_width(part) <= longest_line;
        if (fits) {
            lines.back() += std::string(dot) + part;
        } else {
            lines.push_back(part);
        }
        begin = end + (end == line.size() ? 1 : dot.size());
    }
    return lines;
}

class DotText {
   public:
    DotText(const Net& net, std::string_view caption) : net_(net), caption_(caption) {}

    std::string write() {
        head();
        for (uint32_t node = 0; node < net_.nodes.size(); ++node) draw_node(node);
        for (const NetEdge& edge : net_.edges) draw_edge(edge);
        out("}}\n");
        return std::move(text_);
    }

   private:
    template <typename... Arguments>
    void out(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    }

    void head() {
        out("digraph {} {{\n", dot_string(net_.key));
        out("  graph [rankdir=LR, bgcolor=white, pad=0.2, nodesep=0.22, ranksep=0.45, labelloc=b, "
            "fontname=\"{}\", fontsize=10, fontcolor=\"{}\", tooltip={},\n         label=<{}>];\n",
            sans, quiet_ink, tooltip_string(caption_), legend());
        if (net_.edges.size() > net_.nodes.size() + most_spare_edges)
            out("  graph [splines=line, nslimit=1, nslimit1=1, mclimit=0.3];\n");
        out("  node [shape=box, style=\"filled,rounded\", fontname=\"{}\", fontsize=10, margin=\"0.12,0.07\", "
            "height=0.3];\n",
            sans);
        out("  edge [fontname=\"{}\", fontsize=9, fontcolor=\"#333333\", color=\"{}\", arrowsize=0.7];\n", mono,
            arrow_grey);
    }

    // Names are cut in the middle; what is said of them begins a new line at a dot where it is too long.
    static std::string label_of(const NetNode& node) {
        std::vector<std::string> lines;
        for (const std::string& line : node.lines) {
            for (std::string& part : parted_at_dots(safe_text(line))) lines.push_back(fitted(part, longest_line));
        }
        if (lines.size() > most_lines) lines.resize(most_lines);
        if (node.has_more) lines.emplace_back("⋯");
        return fmt::format("{}", fmt::join(lines, "\n"));
    }

    void draw_node(uint32_t index) {
        const NetNode& node = net_.nodes[index];
        const Look& look = look_of(node.role);
        const bool is_folded = node.role == NetNode::Role::folded;
        std::string style = is_folded ? "filled" : "filled,rounded";
        if (node.has_more) style += ",dashed";
        out("  n{} [label=\"{}\", fillcolor=\"{}\", color=\"{}\", fontcolor=\"{}\"", index, dot_escaped(label_of(node)),
            node.is_highlighted ? "#ffe9a8" : look.fill, look.outline, look.font);
        if (style != "filled,rounded") out(", style=\"{}\"", style);
        if (node.role == NetNode::Role::subject) out(", penwidth=1.6");
        if (is_folded) out(", fontsize=8, height=0.2, margin=\"0.1,0.04\"");
        if (node.is_lost) out(", xlabel=<{}>, peripheries=2", lost_mark());
        out(", tooltip={}];\n", tooltip_of(node));
    }

    static std::string lost_mark() { return fmt::format("<FONT COLOR=\"{}\">●</FONT>", red); }

    static std::string tooltip_of(const NetNode& node) {
        return tooltip_string(node.tooltip.empty() ? node.name : node.tooltip);
    }

    bool leads_to_folded(const NetEdge& edge) const {
        const auto is_folded = [this](uint32_t node) { return net_.nodes[node].role == NetNode::Role::folded; };
        return is_folded(edge.from) || is_folded(edge.to);
    }

    void draw_edge(const NetEdge& edge) {
        out("  n{} -> n{}", edge.from, edge.to);
        std::string attributes;
        const auto add = [&](std::string attribute) {
            attributes += attributes.empty() ? "" : ", ";
            attributes += attribute;
        };
        const std::string label = safe_text(edge.label);
        if (!label.empty()) {
            add(fmt::format("label=\"{}\"", dot_escaped(fitted(label, longest_edge_label))));
            add(fmt::format("labeltooltip={}", tooltip_string(edge.label)));
        }
        if (leads_to_folded(edge)) {
            add(fmt::format("style=dotted, arrowhead=none, color=\"{}\"", red));
        } else {
            if (edge.on_path) add(fmt::format("penwidth=1.8, color=\"{}\"", red));
            if (!edge.owns) add("style=dotted");
        }
        if (!attributes.empty()) out(" [{}]", attributes);
        out(";\n");
    }

    // ---- What stands below ----

    bool has(NetNode::Role role) const {
        return std::any_of(net_.nodes.begin(), net_.nodes.end(), [role](const NetNode& n) { return n.role == role; });
    }

    std::string legend() const {
        std::string swatches;
        const auto add = [&](std::string_view swatch, std::string_view meaning) {
            swatches += fmt::format("<TD>{}</TD><TD ALIGN=\"LEFT\">{}  </TD>", swatch, meaning);
        };
        const auto box = [](std::string_view fill, std::string_view outline, std::string_view style) {
            return fmt::format(
                "<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLPADDING=\"0\" CELLSPACING=\"0\" "
                "STYLE=\"{}\" BGCOLOR=\"{}\" COLOR=\"{}\" FIXEDSIZE=\"TRUE\" WIDTH=\"16\" "
                "HEIGHT=\"10\"><TR><TD></TD></TR></TABLE>",
                style, fill, outline);
        };
        for (const Look& look : looks) {
            const bool is_said_already = look.role == NetNode::Role::folded || look.role == NetNode::Role::object;
            if (has(look.role) && !is_said_already) add(box(look.fill, look.outline, "ROUNDED"), look.meaning);
        }
        const auto any_node = [&](auto what) { return std::any_of(net_.nodes.begin(), net_.nodes.end(), what); };
        const auto any_edge = [&](auto what) { return std::any_of(net_.edges.begin(), net_.edges.end(), what); };
        if (any_node([](const NetNode& n) { return n.is_highlighted; }))
            add(box("#ffe9a8", line_grey, "ROUNDED"), "highlighted");
        if (any_node([](const NetNode& n) { return n.has_more; })) add("<B>⋯</B>", "not followed further");
        if (any_node([](const NetNode& n) { return n.is_lost; })) add(lost_mark(), "lost: nothing reaches it");
        if (any_edge([](const NetEdge& e) { return e.on_path; }))
            add(fmt::format("<FONT COLOR=\"{}\"><B>→</B></FONT>", red),
                has(NetNode::Role::root) ? "path to a root" : "the path");
        if (any_edge([this](const NetEdge& e) { return !e.owns && !leads_to_folded(e); })) add("┄", "does not own");
        const std::string caption =
            fmt::format("<TR><TD>{}</TD></TR>", xml_text(fitted(safe_text(caption_), longest_caption)));
        const std::string rows = swatches.empty()
                                     ? ""
                                     : fmt::format(
                                           "<TR><TD><TABLE BORDER=\"0\" CELLPADDING=\"1\" CELLSPACING=\"2\"><TR>{}"
                                           "</TR></TABLE></TD></TR>",
                                           swatches);
        return fmt::format(
            "<FONT POINT-SIZE=\"9\"><TABLE BORDER=\"0\" CELLPADDING=\"1\" CELLSPACING=\"2\">{}{}"
            "</TABLE></FONT>",
            caption, rows);
    }

    const Net& net_;
    std::string caption_;
    std::string text_;
};

}  // namespace

std::string dot_string(std::string_view text) {
    return fmt::format("\"{}\"", dot_escaped(safe_text(text, {.keep_line_feeds = true})));
}

std::string to_dot(const Net& net, std::string_view caption) { return DotText(net, caption).write(); }

}  // namespace heapkit::render
