// SPDX-License-Identifier: MIT
//
// A net as a tree of lines: from a root down to what it holds, or from what was asked for outwards.
//
// Side: heap, floor 3 (render).
//
//     EventBus::handlers_                    static member, event_bus.cpp:12
//     └─ vector<function<void(Result)>>      1,000 elements of 1,024
//        └─ [17] → λ in handle_request(int)  server.cpp:41 · 56 B
//           └─ captured user → UserRecord    48 B
//
// Outwards to holders the same step reads "captured user of λ in handle_request(int)". A node that hangs on several is
// shown whole where it is met first, and by its name alone after that; so a cycle ends, and the text is never longer
// than the net has edges.
#include <fmt/format.h>
#include <algorithm>
#include <numeric>

#include "render/safe_text.h"
#include "render/text_shapes.h"

namespace heapkit::render {
namespace {

constexpr size_t deepest_indent = 24;  // steps; what is deeper stands below each other
constexpr size_t margin = 2, gap = 2, narrowest_name = 8;

struct Step {
    uint32_t node = 0;
    uint32_t edge = 0;  // that led here; none for the first
    bool is_first = true;
    bool is_last_child = true;
    std::string indent = {};
};

struct Line {
    std::string art, art_below;  // below: for facts that need lines of their own
    std::string name;
    std::vector<std::string> facts;
    bool is_strong = false;
};

class NetLines {
   public:
    explicit NetLines(const Net& net) : net_(net), seen_(net.nodes.size(), false), edges_of_(net.nodes.size()) {
        for (uint32_t edge = 0; edge < net.edges.size(); ++edge) {
            const NetEdge& both = net.edges[edge];
            edges_of_[both.from].push_back(edge);
            if (!net.is_chain && both.to != both.from) edges_of_[both.to].push_back(edge);
        }
    }

    std::vector<Line> lines() {
        for (const uint32_t start : starts()) {
            if (!seen_[start]) follow(start);
        }
        return std::move(lines_);
    }

   private:
    // In a chain what nobody holds first, else what is nearest; each that was not shown before has a tree of its own.
    std::vector<uint32_t> starts() const {
        std::vector<uint32_t> rank(net_.nodes.size(), 0), nodes(net_.nodes.size());
        for (uint32_t node = 0; node < rank.size() && !net_.is_chain; ++node) rank[node] = net_.nodes[node].depth;
        for (const NetEdge& edge : net_.edges) rank[edge.to] += net_.is_chain && edge.from != edge.to ? 1 : 0;
        std::iota(nodes.begin(), nodes.end(), 0U);
        std::stable_sort(nodes.begin(), nodes.end(), [&](uint32_t a, uint32_t b) { return rank[a] < rank[b]; });
        return nodes;
    }

    bool leads_outwards(uint32_t edge, uint32_t from) const {
        return net_.is_chain || net_.nodes[other_end(edge, from)].depth > net_.nodes[from].depth;
    }

    uint32_t other_end(uint32_t edge, uint32_t node) const {
        return net_.edges[edge].from == node ? net_.edges[edge].to : net_.edges[edge].from;
    }

    void follow(uint32_t start) {
        std::vector<Step> to_show = {{.node = start}};
        while (!to_show.empty()) {
            const Step step = std::move(to_show.back());
            to_show.pop_back();
            const bool is_known = seen_[step.node];
            show(step, is_known);
            seen_[step.node] = true;
            if (is_known) continue;
            std::vector<uint32_t> outwards;
            for (const uint32_t edge : edges_of_[step.node]) {
                if (leads_outwards(edge, step.node)) outwards.push_back(edge);
            }
            std::string indent = step.indent;
            if (!step.is_first && display_width(indent) < 3 * deepest_indent)
                indent += step.is_last_child ? "   " : "│  ";
            for (size_t at = outwards.size(); at-- > 0;) {
                to_show.push_back({.node = other_end(outwards[at], step.node),
                                   .edge = outwards[at],
                                   .is_first = false,
                                   .is_last_child = at + 1 == outwards.size(),
                                   .indent = indent});
            }
        }
    }

    void show(const Step& step, bool is_known) {
        const NetNode& node = net_.nodes[step.node];
        Line line;
        line.name = node.lines.empty() ? "?" : safe_text(node.lines.front());
        line.is_strong = node.role == NetNode::Role::subject;
        if (!step.is_first) {
            line.art = step.indent + (step.is_last_child ? "└─ " : "├─ ");
            line.art_below = step.indent + (step.is_last_child ? "   " : "│  ");
            line.name = with_field(net_.edges[step.edge], step.node, std::move(line.name));
        }
        for (size_t at = 1; at < node.lines.size() && !is_known; ++at) line.facts.push_back(safe_text(node.lines[at]));
        const bool is_owned = step.is_first || node.role == NetNode::Role::folded || net_.edges[step.edge].owns;
        if (!is_owned) line.facts.emplace_back("does not own");
        if (node.is_lost) line.facts.emplace_back("lost");
        if (is_known) line.facts.emplace_back("see above");
        if (node.has_more && !is_known) {
            if (line.facts.empty()) line.facts.emplace_back();
            line.facts.back() += line.facts.back().empty() ? "…" : " …";
        }
        lines_.push_back(std::move(line));
    }

    static std::string with_field(const NetEdge& edge, uint32_t node, std::string name) {
        const std::string field = safe_text(edge.label);
        if (field.empty()) return name;
        return edge.to == node ? fmt::format("{} → {}", field, name) : fmt::format("{} of {}", field, name);
    }

    const Net& net_;
    std::vector<bool> seen_;
    std::vector<std::vector<uint32_t>> edges_of_;
    std::vector<Line> lines_;
};

// As many facts on a line as fit.
std::vector<std::string> packed(const std::vector<std::string>& facts, size_t width) {
    static constexpr std::string_view dot = " · ";
    std::vector<std::string> lines;
    for (const std::string& fact : facts) {
        if (!lines.empty() && display_width(lines.back()) + 3 + display_width(fact) <= width) {
            lines.back() += std::string(dot) + fact;
        } else {
            lines.push_back(fitted(fact, width));
        }
    }
    if (lines.empty()) lines.emplace_back();
    return lines;
}

std::string spaces(size_t count) { return std::string(count, ' '); }

struct Widths {
    size_t names = 0, facts = 0;  // columns; names with the lines in front of them
};

// Facts have two fifths at least, where they need them.
Widths widths_of(const std::vector<Line>& lines, size_t room) {
    size_t names = 0, facts = 0;
    for (const Line& line : lines) {
        names = std::max(names, display_width(line.art) + display_width(line.name));
        for (const std::string& fact : line.facts) facts = std::max(facts, display_width(fact));
    }
    const size_t for_facts = std::min(facts, room * 2 / 5);
    names = std::min(names, room - for_facts - gap);
    return {.names = names, .facts = room - names - gap};
}

std::string line_text(const Line& line, const Widths& widths, const Style& style) {
    const size_t art_width = display_width(line.art);
    const std::string name = fitted(line.name, std::max(widths.names, art_width + narrowest_name) - art_width);
    const std::vector<std::string> facts = packed(line.facts, widths.facts);
    std::string text = spaces(margin) + style.quiet(line.art) + (line.is_strong ? style.strong(name) : name);
    size_t used = art_width + display_width(name);
    for (const std::string& fact : facts) {
        if (&fact != &facts.front()) {
            text += "\n" + spaces(margin) + style.quiet(line.art_below);
            used = display_width(line.art_below);
        }
        if (!fact.empty()) text += spaces(std::max(widths.names, used) - used + gap) + style.quiet(fact);
    }
    return text + "\n";
}

}  // namespace

std::string net_text(const Net& net, const TextOptions& options) {
    const Style style(options.colour);
    const std::vector<Line> lines = NetLines(net).lines();
    const Widths widths = widths_of(lines, options.width - std::min(options.width, margin));
    std::string text = style.strong(safe_text(net.title)) + "\n";
    for (const Line& line : lines) text += line_text(line, widths, style);
    return text;
}

}  // namespace heapkit::render
