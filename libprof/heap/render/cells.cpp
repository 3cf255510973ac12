// SPDX-License-Identifier: MIT
//
// Cells to text, by the unit of their column.
//
// Side: heap, floor 3 (render).
#include "render/cells.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "base/units.h"
#include "render/safe_text.h"

namespace heapkit::render {
namespace {

double value_of(const Cell& cell) {
    if (const auto* number = std::get_if<int64_t>(&cell)) return static_cast<double>(*number);
    if (const auto* number = std::get_if<double>(&cell)) return *number;
    return 0;
}

bool is_number(const Cell& cell) {
    return std::holds_alternative<int64_t>(cell) || std::holds_alternative<double>(cell);
}

}  // namespace

std::string number_text(double value, Unit unit, bool is_delta) {
    const auto whole = static_cast<int64_t>(std::llround(value));
    switch (unit) {
        case Unit::bytes:
            return is_delta ? size_delta_to_text(value) : size_to_text(value);
        case Unit::count:
            return is_delta ? count_delta_to_text(whole) : count_to_text(whole);
        case Unit::percent:
            return percent_to_text(value);
        case Unit::nanoseconds:
            return duration_to_text(value);
        case Unit::unix_ns:
            return date_and_clock_to_text(whole);
        case Unit::address:
            return fmt::format("{:#x}", static_cast<uint64_t>(whole));
        case Unit::none:
            break;
    }
    return fmt::format("{}", whole);
}

std::string cell_text(const Cell& cell, const Column& column) {
    if (const auto* text = std::get_if<std::string>(&cell)) return safe_text(*text);
    if (const auto* trend = std::get_if<Trend>(&cell)) {
        const std::vector<double> values(trend->begin(), trend->end());
        return bars(values);
    }
    if (!is_number(cell) || (column.is_delta && is_zero(cell))) return "";
    if (column.unit == Unit::address) {
        return fmt::format("{:#x}", static_cast<uint64_t>(std::get_if<int64_t>(&cell) ? std::get<int64_t>(cell) : 0));
    }
    return number_text(value_of(cell), column.unit, column.is_delta);
}

std::string statistic_text(const Cell& cell, const Column& column) {
    if (column.unit == Unit::count && is_number(cell)) {
        const auto whole = static_cast<int64_t>(std::llround(value_of(cell)));
        return column.is_delta ? fmt::format("{:+}", whole) : std::to_string(whole);
    }
    if (is_number(cell)) return number_text(value_of(cell), column.unit, column.is_delta);
    return cell_text(cell, column);
}

std::string bars(std::span<const double> values) {
    static constexpr std::array<std::string_view, 8> heights = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double largest = 0;
    for (const double value : values) largest = std::max(largest, value);
    std::string text;
    for (const double value : values) {
        const double share = largest > 0 ? std::max(0.0, value) / largest : 0;
        text += heights[static_cast<size_t>(std::lround(share * 7))];
    }
    return text;
}

bool is_zero(const Cell& cell) { return is_number(cell) && std::abs(value_of(cell)) < 1e-9; }
bool is_negative(const Cell& cell) { return value_of(cell) < 0; }

}  // namespace heapkit::render
