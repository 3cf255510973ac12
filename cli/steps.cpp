// SPDX-License-Identifier: MIT
//
// What is worth asking next, out of the answer.
//
// Side: our process, cli.
#include "steps.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>

#include "base/shell_words.h"

namespace heapkit::cli {
namespace {

// Index of a column, or the number of columns.
size_t column_of(const Table& table, std::string_view key) {
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.key == key; });
    return static_cast<size_t>(found - table.columns.begin());
}

std::string text_of(const Cell& cell, const Column& column) {
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    const auto* const number = std::get_if<int64_t>(&cell);
    if (number == nullptr) return "";
    return column.unit == Unit::address ? fmt::format("{:#x}", static_cast<uint64_t>(*number))
                                        : fmt::to_string(*number);
}

// Places, and what containers and strings consist of: whoever asks on means the object that has it.
bool is_no_object(std::string_view name) {
    static constexpr std::array<std::string_view, 6> endings = {" text",    " buffer", " node",
                                                                " buckets", " chunk",  "[]"};
    return name == "unknown" || name.starts_with("in ") ||
           std::any_of(endings.begin(), endings.end(), [name](std::string_view end) { return name.ends_with(end); });
}

}  // namespace

std::string first_type_of(const Table& table) {
    const size_t name = column_of(table, "name"), evidence = column_of(table, "evidence");
    for (const auto& row : table.rows) {
        if (name >= row.size()) return "";
        const auto* const text = std::get_if<std::string>(&row[name]);
        const auto* const known_by = evidence < row.size() ? std::get_if<std::string>(&row[evidence]) : nullptr;
        if (text == nullptr || text->empty() || is_no_object(*text)) continue;
        if (known_by == nullptr || (*known_by != "allocation site" && *known_by != "none"))
            return literal_pattern(*text);
    }
    return "";
}

std::string first_cell_of(const Table& table, std::string_view key) {
    const size_t column = column_of(table, key);
    if (table.rows.empty() || column >= table.columns.size()) return "";
    return text_of(table.rows.front()[column], table.columns[column]);
}

std::string picture_name_of(std::string_view type) {
    const std::string_view template_name = type.substr(0, type.find('<'));
    const size_t scope = template_name.rfind("::");
    std::string picture;
    for (const char c : scope == type.npos ? template_name : template_name.substr(scope + 2)) {
        const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
        if (!is_word && !picture.empty()) break;
        if (is_word) picture += c;
    }
    return (picture.empty() ? std::string("objects") : picture) + ".png";
}

}  // namespace heapkit::cli
