// SPDX-License-Identifier: MIT
//
// Trees and series as text.
//
// Side: heap, floor 3 (render).
#include "render/text_shapes.h"

#include <fmt/format.h>
#include <algorithm>

#include "render/cells.h"
#include "render/safe_text.h"

namespace heapkit::render {
namespace {

constexpr double least_percent_in_tree = 1;
constexpr size_t deepest_indent = 30;
constexpr size_t points_in_series = 60;

// Children of every node, largest first.
std::vector<std::vector<uint32_t>> children_of(const Tree& tree) {
    std::vector<std::vector<uint32_t>> children(tree.parent.size());
    for (uint32_t node = 1; node < tree.parent.size(); ++node) children[tree.parent[node]].push_back(node);
    for (auto& siblings : children) {
        std::stable_sort(siblings.begin(), siblings.end(),
                         [&](uint32_t a, uint32_t b) { return tree.total[a] > tree.total[b]; });
    }
    return children;
}

}  // namespace

std::string tree_text(const Tree& tree, const TextOptions& options) {
    const Style style(options.colour);
    std::string text = style.strong(safe_text(tree.title)) + "\n";
    const auto children = children_of(tree);
    const double all = std::max(1.0, static_cast<double>(tree.total[0]));
    std::vector<std::pair<uint32_t, size_t>> to_show = {{0, 0}};  // (node, depth), the next one last
    while (!to_show.empty()) {
        const auto [node, depth] = to_show.back();
        to_show.pop_back();
        const auto total = static_cast<double>(tree.total[node]);
        const double percent = 100 * total / all;
        if (percent < least_percent_in_tree) continue;
        const std::string name = safe_text(tree.names[tree.name[node]]);
        const std::string line =
            fmt::format("{:>10} {:>8}  {}{}", number_text(total, tree.unit, false), fmt::format("{:.1f} %", percent),
                        std::string(2 * std::min(depth, deepest_indent), ' '), name);
        text += fitted(line, options.width) + "\n";
        for (auto child = children[node].rbegin(); child != children[node].rend(); ++child) {
            to_show.emplace_back(*child, depth + 1);
        }
    }
    return text;
}

std::string series_text(const Series& series, const TextOptions& options) {
    const Style style(options.colour);
    if (series.x.size() < 2) return fmt::format("{}: one moment only\n", safe_text(series.title));
    std::string text = style.strong(safe_text(series.title)) + "\n";
    const double first = series.x.front(), span = std::max(series.x.back() - first, 1e-9);
    for (size_t line = 0; line < series.names.size(); ++line) {
        // The highest of each stretch of time; a stretch without a point keeps what was before.
        std::vector<double> highest(points_in_series, -1);
        for (size_t point = 0; point < series.x.size(); ++point) {
            const double share = (series.x[point] - first) / span;
            const size_t at = std::min(points_in_series - 1, static_cast<size_t>(share * points_in_series));
            highest[at] = std::max(highest[at], series.y[line][point]);
        }
        for (size_t at = 0; at < highest.size(); ++at) {
            if (highest[at] < 0) highest[at] = at == 0 ? 0 : highest[at - 1];
        }
        const double largest = *std::max_element(series.y[line].begin(), series.y[line].end());
        text += fmt::format("  {}  up to {}, over {}\n", bars(highest), number_text(largest, series.y_unit, false),
                            number_text(span, series.x_unit, false));
    }
    return text;
}

}  // namespace heapkit::render
