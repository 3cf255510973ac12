// SPDX-License-Identifier: MIT
//
// See window.h.
//
// Side: viewer/server.
#include "server/window.h"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <numeric>
#include <optional>

namespace heapkit::viewer {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool contains(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool cell_contains(const Cell& cell, std::string_view part) {
    if (const auto* const text = std::get_if<std::string>(&cell)) return contains(*text, part);
    const auto* const frames = std::get_if<Traceback>(&cell);
    return frames != nullptr && std::ranges::any_of(*frames, [&](const Place& place) {
               return contains(place.function, part) || contains(place.file, part);
           });
}

// What a row is sorted by: texts in the order of their bytes, a trend by its last value.
struct Rank {
    std::optional<double> number = {};
    std::string_view text = {};
    bool is_empty() const { return !number && text.empty(); }
};
Rank rank_of(const Cell& cell) {
    if (const auto* const whole = std::get_if<int64_t>(&cell)) return {.number = static_cast<double>(*whole)};
    if (const auto* const number = std::get_if<double>(&cell)) return {.number = *number};
    if (const auto* const text = std::get_if<std::string>(&cell)) return {.text = *text};
    const auto* const trend = std::get_if<Trend>(&cell);
    if (trend != nullptr && !trend->empty()) return {.number = static_cast<double>(trend->back())};
    return {};
}

Result<void> sort_rows(std::vector<uint32_t>& rows, const Table& table, std::string_view sort) {
    if (sort.empty()) return {};
    const bool is_descending = sort.starts_with('-');
    const std::string_view key = sort.substr(is_descending ? 1 : 0);
    const auto column = std::ranges::find(table.columns, key, &Column::key);
    if (column == table.columns.end()) {
        std::string keys;
        for (const Column& each : table.columns) keys += (keys.empty() ? "" : ", ") + each.key;
        return Error{fmt::format("{} has no column {}", table.key, key), fmt::format("It has {}.", keys)};
    }
    const auto index = static_cast<size_t>(column - table.columns.begin());
    std::vector<Rank> ranks;
    for (const auto& row : table.rows) ranks.push_back(rank_of(row[index]));
    std::stable_sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
        const Rank &left = ranks[a], &right = ranks[b];
        if (left.is_empty() != right.is_empty()) return right.is_empty();
        const bool is_less = left.number && right.number ? *left.number < *right.number : left.text < right.text;
        const bool is_more = left.number && right.number ? *left.number > *right.number : left.text > right.text;
        return is_descending ? is_more : is_less;
    });
    return {};
}

Table without_rows(const Table& table) {
    return {
        .title = table.title, .key = table.key, .layout = table.layout, .columns = table.columns, .empty = table.empty};
}

}  // namespace

Result<Cut> cut_of(const Table& table, const Window& window) {
    std::vector<uint32_t> rows(table.rows.size());
    std::iota(rows.begin(), rows.end(), 0U);
    if (!window.filter.empty())
        std::erase_if(rows, [&](uint32_t row) {
            return std::ranges::none_of(table.rows[row],
                                        [&](const Cell& cell) { return cell_contains(cell, window.filter); });
        });
    if (const auto sorted = sort_rows(rows, table, window.sort); !sorted) return sorted.error();
    Cut cut{.table = without_rows(table), .rows_total = static_cast<int64_t>(rows.size()), .offset = window.offset};
    // What the answer itself left out is out of reach here, and counts.
    if (window.filter.empty()) cut.rows_total += static_cast<int64_t>(table.rows_left_out);
    const size_t begin = static_cast<size_t>(std::min<uint64_t>(window.offset, rows.size()));
    const size_t end = begin + static_cast<size_t>(std::min<uint64_t>(window.limit, rows.size() - begin));
    for (size_t at = begin; at < end; ++at) cut.table.rows.push_back(table.rows[rows[at]]);
    cut.table.rows_left_out = static_cast<uint64_t>(cut.rows_total) - (end - begin);
    return cut;
}

}  // namespace heapkit::viewer
