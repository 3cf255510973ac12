// SPDX-License-Identifier: MIT
//
// Tables as text: aligned columns, tracemalloc's lines, facts.
//
// Side: heap, floor 3 (render).
#include <fmt/format.h>
#include <algorithm>
#include <numeric>

#include "base/units.h"
#include "render/cells.h"
#include "render/safe_text.h"
#include "render/text_shapes.h"

namespace heapkit::render {
namespace {

constexpr size_t gap = 2;
constexpr size_t narrowest_text_column = 16;

std::string spaces(size_t count) { return std::string(count, ' '); }

std::string padded(const std::string& text, size_t width, bool to_the_right) {
    const size_t used = display_width(text);
    const std::string filling = spaces(width > used ? width - used : 0);
    return to_the_right ? filling + text : text + filling;
}

std::vector<size_t> visible_columns(const Table& table) {
    std::vector<size_t> visible;
    for (size_t index = 0; index < table.columns.size(); ++index) {
        const bool has_content = index == 0 || table.columns[index].unit != Unit::none ||
                                 std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
                                     return !cell_text(row[index], table.columns[index]).empty();
                                 });
        if (has_content && !table.columns[index].is_for_json) visible.push_back(index);
    }
    return visible;
}

// Widths that fit: the widest column of text gives way first.
void narrow(std::vector<size_t>& widths, const std::vector<bool>& is_text, size_t room) {
    const size_t gaps = gap * (widths.size() - 1);
    while (true) {
        const size_t used = std::accumulate(widths.begin(), widths.end(), gaps);
        if (used <= room) return;
        size_t widest = widths.size();
        for (size_t index = 0; index < widths.size(); ++index) {
            if (is_text[index] && (widest == widths.size() || widths[index] > widths[widest])) widest = index;
        }
        if (widest == widths.size() || widths[widest] <= narrowest_text_column) return;
        widths[widest] = std::max(narrowest_text_column, widths[widest] - std::min(widths[widest], used - room));
    }
}

std::string coloured(const std::string& text, const Cell& cell, const Column& column, const Style& style) {
    if (!column.is_delta) return text;
    return is_negative(cell) ? style.better(text) : style.worse(text);
}

std::string left_out_text(const Table& table, const Style& style) {
    if (table.rows_left_out == 0) return "";
    return style.quiet(fmt::format("… {} more (--limit 0 shows all)",
                                   count_to_text(static_cast<int64_t>(table.rows_left_out)))) +
           "\n";
}

std::string without_trailing_spaces(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

// "size=4855 KiB (+4428 KiB), count=39328 (+39369), average=126 B"
std::string figures_text(const Table& table, const std::vector<Cell>& row, const Style& style) {
    std::string text;
    for (size_t index = 1; index < table.columns.size(); ++index) {
        const Column& column = table.columns[index];
        if (column.is_for_json || std::holds_alternative<std::monostate>(row[index])) continue;
        const std::string figure = statistic_text(row[index], column);
        if (!column.is_delta) {
            text += fmt::format("{}{}={}", text.empty() ? "" : ", ", column.name, figure);
        } else {
            text += fmt::format(" ({})", is_zero(row[index]) ? figure : coloured(figure, row[index], column, style));
        }
    }
    return text;
}

// A traceback has its frames below its line. One line at least.
std::vector<std::string> lines_of(const Cell& cell) {
    const auto* text = std::get_if<std::string>(&cell);
    std::vector<std::string> lines = {""};
    for (const char c : safe_text(text == nullptr ? "" : *text, {.keep_line_feeds = true})) {
        if (c == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += c;
        }
    }
    return lines;
}

}  // namespace

std::string table_text(const Table& table, const TextOptions& options) {
    const Style style(options.colour);
    if (table.rows.empty()) return table.empty + "\n";
    const std::vector<size_t> visible = visible_columns(table);
    std::vector<std::string> headings;
    std::vector<size_t> widths;
    std::vector<bool> is_text;
    for (const size_t index : visible) {
        const Column& column = table.columns[index];
        headings.push_back(headings.empty() ? table.title : column.name);
        is_text.push_back(column.unit == Unit::none);
        widths.push_back(display_width(headings.back()));
        for (const auto& row : table.rows) {
            widths.back() = std::max(widths.back(), display_width(cell_text(row[index], column)));
        }
    }
    narrow(widths, is_text, options.width);

    std::string line;
    for (size_t at = 0; at < visible.size(); ++at) {
        const std::string heading = padded(headings[at], widths[at], !is_text[at]);
        line += (at == 0 ? style.strong(heading) : spaces(gap) + style.quiet(heading));
    }
    std::string text = without_trailing_spaces(line) + "\n";
    for (const auto& row : table.rows) {
        line.clear();
        for (size_t at = 0; at < visible.size(); ++at) {
            const Column& column = table.columns[visible[at]];
            const std::string cell = fitted(cell_text(row[visible[at]], column), widths[at]);
            line += at == 0 ? "" : spaces(gap);
            line += coloured(padded(cell, widths[at], !is_text[at]), row[visible[at]], column, style);
        }
        text += without_trailing_spaces(line) + "\n";
    }
    return text + left_out_text(table, style);
}

std::string statistics_text(const Table& table, const TextOptions& options) {
    const Style style(options.colour);
    if (table.rows.empty()) return table.empty + "\n";
    std::string text = style.strong(table.title) + "\n";
    for (const auto& row : table.rows) {
        const std::vector<std::string> lines = lines_of(row[0]);
        const std::string plain_figures = figures_text(table, row, Style(false));
        const size_t room = options.width - std::min(options.width, display_width(plain_figures) + 2);
        const std::string name =
            options.cuts_lines ? fitted(lines[0], std::max(room, narrowest_text_column)) : lines[0];
        text += fmt::format("{}: {}\n", name, figures_text(table, row, style));
        for (size_t at = 1; at < lines.size(); ++at) {
            const std::string frame = options.cuts_lines ? fitted(lines[at], options.width - 4) : lines[at];
            text += fmt::format("    {}\n", style.quiet(frame));
        }
    }
    return text + left_out_text(table, style);
}

std::string facts_text(const Table& table, const TextOptions& options) {
    const Style style(options.colour);
    if (table.rows.empty()) return table.empty + "\n";
    const std::vector<size_t> visible = visible_columns(table);
    size_t width = 0;
    for (const auto& row : table.rows) {
        width = std::max(width, display_width(cell_text(row[visible[0]], table.columns[visible[0]])));
    }
    std::string text = style.strong(table.title) + "\n";
    for (const auto& row : table.rows) {
        const std::string what = cell_text(row[visible[0]], table.columns[visible[0]]);
        const std::string is = cell_text(row[visible[1]], table.columns[visible[1]]);
        text += fmt::format("  {}{}{}\n", style.quiet(padded(what, width, false)), spaces(gap), is);
    }
    return text;
}

}  // namespace heapkit::render
