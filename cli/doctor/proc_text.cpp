// SPDX-License-Identifier: MIT
//
// See proc_text.h.
//
// Side: our process, cli.
#include "doctor/proc_text.h"

#include <charconv>
#include <fstream>

namespace heapkit::cli {
namespace {

constexpr const char* blanks = " \t\n";

std::string_view without_blanks(std::string_view text) {
    const size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace

std::string field_of(const std::filesystem::path& file, std::string_view name) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name)) return std::string(without_blanks(std::string_view(line).substr(name.size())));
    return {};
}

std::optional<uint64_t> number_in(std::string_view text) {
    text = without_blanks(text);
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end != text.data() ? std::optional(number) : std::nullopt;
}

std::optional<uint64_t> number_in_file(const std::filesystem::path& file) { return number_in(field_of(file, "")); }

}  // namespace heapkit::cli
