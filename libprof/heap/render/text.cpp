// SPDX-License-Identifier: MIT
//
// The order of a screen: heading, answers, notes, next.
//
// Side: heap, floor 3 (render).
#include "render/text.h"

#include <fmt/format.h>

#include "render/safe_text.h"
#include "render/style.h"
#include "render/text_shapes.h"

namespace heapkit::render {
namespace {

std::string shape_text(const Shape& shape, const TextOptions& options) {
    if (const auto* table = std::get_if<Table>(&shape)) {
        if (table->layout == Table::Layout::statistics) return statistics_text(*table, options);
        if (table->layout == Table::Layout::facts) return facts_text(*table, options);
        return table_text(*table, options);
    }
    if (const auto* tree = std::get_if<Tree>(&shape)) return tree_text(*tree, options);
    if (const auto* series = std::get_if<Series>(&shape)) return series_text(*series, options);
    return net_text(std::get<Net>(shape), options);
}

// "Next: a · b", a command that does not fit begins a line of its own.
std::string next_text(const std::vector<std::string>& commands, const TextOptions& options, const Style& style) {
    const std::string indent(6, ' ');
    std::string text;
    size_t column = 0;
    for (const std::string& command : commands) {
        const std::string safe = safe_text(command);
        const size_t width = display_width(safe);
        if (column == 0) {
            text += "Next: ";
            column = indent.size();
        } else if (column + 3 + width > options.width) {
            text += '\n';
            text += indent;
            column = indent.size();
        } else {
            text += " · ";
            column += 3;
        }
        text += style.command(safe);
        column += width;
    }
    return text + "\n";
}

}  // namespace

std::string to_text(const Report& report, const TextOptions& options) {
    const Style style(options.colour);
    std::string text;
    for (size_t line = 0; line < report.heading.size(); ++line) {
        const std::string safe = safe_text(report.heading[line]);
        text += line == 0 ? style.strong(safe) : safe;
        text += '\n';
    }
    for (const Shape& shape : report.shapes) {
        if (!text.empty()) text += '\n';
        text += shape_text(shape, options);
    }
    if (!report.notes.empty()) text += "\n";
    for (const std::string& note : report.notes) text += style.warning(safe_text(note)) + "\n";
    if (!report.next.empty()) text += fmt::format("\n{}", next_text(report.next, options, style));
    return text;
}

}  // namespace heapkit::render
