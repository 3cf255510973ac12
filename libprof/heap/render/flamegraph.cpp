// SPDX-License-Identifier: MIT
//
// Laying out a flame graph: the root on top, callees below their callers, each as wide as its share of the whole, so
// that the page begins where the program does and deep stacks grow downwards, where a browser scrolls.
//
// Side: heap, floor 3 (render). Colours are classes: the style sheet decides, in light and in dark.
#include "render/flamegraph.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <unordered_map>

#include "render/assets.h"
#include "render/cells.h"
#include "render/safe_text.h"

namespace heapkit::render {
namespace {

constexpr double picture_width = 1200, margin = 16, header_height = 92, row_height = 19, frame_height = 18;
constexpr double character_width = 6.63;  // of the style sheet's 11 px monospace
constexpr double least_share = 1.0 / 6000;
constexpr size_t colours = 8, shades = 3, most_legends = 6, deepest = 500;

struct Frame {
    uint32_t node = 0;
    uint32_t depth = 0;
    int64_t begin = 0;  // in the tree's unit, from the left
};

class Drawing {
   public:
    explicit Drawing(const Tree& tree) : tree_(tree), all_(std::max<int64_t>(tree.total[0], 1)) {
        place_frames();
        choose_colours();
    }

    FlameGraph draw() {
        FlameGraph graph;
        const double height = header_height + (deepest_drawn_ + 1) * row_height + 52;
        head(height);
        out("<g id=\"frames\">\n");
        for (const Frame& frame : frames_) draw_frame(frame);
        out("</g>\n");
        legend(height);
        out("<script><![CDATA[\n{}]]></script>\n</svg>\n", flamegraph_js);
        graph.svg = std::move(svg_);
        graph.frames = frames_.size();
        graph.frames_too_small = too_small_;
        return graph;
    }

   private:
    template <typename... Arguments>
    void out(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(svg_), format, std::forward<Arguments>(arguments)...);
    }

    std::string_view name(uint32_t node) const { return tree_.names[tree_.name[node]]; }

    // Siblings by name, so that two pictures of one program can be laid side by side.
    std::vector<std::vector<uint32_t>> children_by_name() const {
        std::vector<std::vector<uint32_t>> children(tree_.parent.size());
        for (uint32_t node = 1; node < tree_.parent.size(); ++node) children[tree_.parent[node]].push_back(node);
        for (auto& siblings : children) {
            std::sort(siblings.begin(), siblings.end(), [&](uint32_t a, uint32_t b) { return name(a) < name(b); });
        }
        return children;
    }

    void place_frames() {
        const auto children = children_by_name();
        frames_ = {{.node = 0, .depth = 0, .begin = 0}};
        for (size_t at = 0; at < frames_.size(); ++at) {
            const Frame parent = frames_[at];
            deepest_drawn_ = std::max(deepest_drawn_, parent.depth);
            int64_t begin = parent.begin;
            for (const uint32_t child : children[parent.node]) {
                const bool is_wide_enough =
                    static_cast<double>(tree_.total[child]) / static_cast<double>(all_) >= least_share;
                if (is_wide_enough && parent.depth + 1 < deepest) {
                    frames_.push_back({.node = child, .depth = parent.depth + 1, .begin = begin});
                } else {
                    ++too_small_;
                }
                begin += tree_.total[child];
            }
        }
    }

    // The modules that hold most of the picture have a colour of their own; all others share the last.
    void choose_colours() {
        std::unordered_map<uint32_t, double> weight_of_group;
        for (const Frame& frame : frames_) {
            if (frame.node != 0) {
                weight_of_group[tree_.group[frame.node]] += static_cast<double>(tree_.total[frame.node]);
            }
        }
        for (const auto& [group, weight] : weight_of_group) groups_.push_back(group);
        std::sort(groups_.begin(), groups_.end(), [&](uint32_t a, uint32_t b) {
            const double weight_a = weight_of_group[a], weight_b = weight_of_group[b];
            return weight_a > weight_b || (!(weight_a < weight_b) && tree_.names[a] < tree_.names[b]);
        });
        for (size_t index = 0; index < groups_.size(); ++index) {
            colour_of_group_[groups_[index]] = std::min(index, colours - 1);
        }
    }

    std::string colour_class(uint32_t node) const {
        if (node == 0) return "root";
        if (tree_.is_difference) return difference_class(node);
        size_t hash = 0;
        for (const char c : name(node)) hash = hash * 31 + static_cast<unsigned char>(c);
        return fmt::format("c{}{}", colour_of_group_.at(tree_.group[node]),
                           static_cast<char>('a' + static_cast<char>(hash % shades)));
    }

    // Nine steps from blue (shrank) to red (grew), by the frame's own change as a share of what it is now.
    std::string difference_class(uint32_t node) const {
        const auto now = static_cast<double>(tree_.total[node]), before = static_cast<double>(tree_.old_total[node]);
        const double larger = std::max({now, before, 1.0});
        const double share = (now - before) / larger;
        const auto step = static_cast<int>(std::lround(std::abs(share) * 4));
        if (step == 0) return "same";
        return fmt::format("{}{}", share > 0 ? "grew" : "shrank", step);
    }

    std::string figures(uint32_t node) const {
        const auto total = static_cast<double>(tree_.total[node]);
        std::string text =
            fmt::format("{}, {:.1f} %", number_text(total, tree_.unit, false), 100 * total / static_cast<double>(all_));
        if (tree_.unit == Unit::count)
            text = fmt::format("{} blocks, {:.1f} %", number_text(total, tree_.unit, false),
                               100 * total / static_cast<double>(all_));
        if (tree_.is_difference) {
            const auto before = static_cast<double>(tree_.old_total[node]);
            text += fmt::format(", was {} ({})", number_text(before, tree_.unit, false),
                                number_text(total - before, tree_.unit, true));
        }
        const std::string& module = tree_.names[tree_.group[node]];
        return module.empty() ? text : fmt::format("{}, in {}", text, module);
    }

    void draw_frame(const Frame& frame) {
        const auto scale = (picture_width - 2 * margin) / static_cast<double>(all_);
        const double x = margin + static_cast<double>(frame.begin) * scale;
        const double width = static_cast<double>(tree_.total[frame.node]) * scale;
        const double y = header_height + frame.depth * row_height;
        out("<g class=\"{}\" data-b=\"{}\" data-v=\"{}\" data-d=\"{}\"><title>{}\n{}</title>"
            "<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" rx=\"2\"/>",
            colour_class(frame.node), frame.begin, tree_.total[frame.node], frame.depth, xml_text(name(frame.node)),
            xml_text(figures(frame.node)), x, y, std::max(0.3, width - 0.6), frame_height);
        // Every frame has a text, even an empty one: a zoom may make room for it.
        const auto room = static_cast<size_t>(std::max(0.0, (width - 8) / character_width));
        const std::string safe = safe_text(name(frame.node));
        const std::string label = room < 3 ? "" : shortened(safe, room);
        out("<text x=\"{:.2f}\" y=\"{}\">{}</text></g>\n", x + 4, y + 13, xml_text(label));
    }

    // The beginning of a name says most.
    static std::string shortened(const std::string& text, size_t width) {
        if (display_width(text) <= width) return text;
        std::string result;
        for (const char c : text) {
            const bool begins_character = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
            if (begins_character && display_width(result) + 1 >= width) break;
            result += c;
        }
        return result + "…";
    }

    void head(double height) {
        out("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
            "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" aria-label=\"{2}\">\n"
            "<title>{2}</title>\n<style><![CDATA[\n{3}]]></style>\n"
            "<rect id=\"background\" width=\"100%\" height=\"100%\"/>\n",
            picture_width, height, xml_text(tree_.title), flamegraph_css);
        out("<text id=\"heading\" x=\"{}\" y=\"30\">{}</text>\n", margin, xml_text(tree_.title));
        out("<text id=\"subtitle\" x=\"{}\" y=\"50\">{}</text>\n", margin, xml_text(tree_.subtitle));
        out("<text id=\"details\" x=\"{}\" y=\"76\">{}</text>\n", margin, xml_text(figures(0)));
        out("<g id=\"buttons\" class=\"scripted\"></g>\n");
    }

    void legend(double height) {
        out("<g id=\"legend\" transform=\"translate(0 {:.0f})\">\n", height - 26);
        double x = margin;
        const auto entry = [&](const std::string& colour, const std::string& text) {
            out("<g class=\"{}\"><rect x=\"{:.0f}\" y=\"-10\" width=\"12\" height=\"12\" rx=\"2\"/></g>"
                "<text x=\"{:.0f}\" y=\"0\">{}</text>\n",
                colour, x, x + 18, xml_text(text));
            x += 18 + 24 + 6.2 * static_cast<double>(display_width(text));
        };
        if (tree_.is_difference) {
            entry("shrank4", "much less");
            entry("shrank2", "less");
            entry("same", "as before");
            entry("grew2", "more");
            entry("grew4", "new");
        } else {
            for (size_t index = 0; index < std::min(groups_.size(), most_legends); ++index) {
                const std::string& module = tree_.names[groups_[index]];
                entry(fmt::format("c{}b", index), module.empty() ? "no module" : safe_text(module));
            }
            if (groups_.size() > most_legends) entry(fmt::format("c{}b", colours - 1), "other modules");
        }
        if (too_small_ > 0) {
            out("<text class=\"end\" x=\"{:.0f}\" y=\"0\">{} too narrow to draw</text>\n", picture_width - margin,
                too_small_);
        }
        out("</g>\n");
    }

    const Tree& tree_;
    int64_t all_;
    std::vector<Frame> frames_;
    uint32_t deepest_drawn_ = 0;
    size_t too_small_ = 0;
    std::vector<uint32_t> groups_;  // heaviest first
    std::unordered_map<uint32_t, size_t> colour_of_group_;
    std::string svg_;
};

}  // namespace

FlameGraph flame_graph(const Tree& tree) { return Drawing(tree).draw(); }

}  // namespace heapkit::render
