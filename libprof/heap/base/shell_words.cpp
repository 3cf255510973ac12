// SPDX-License-Identifier: MIT
//
// POSIX: within single quotes all is literal but the single quote itself; in a pattern a bracket takes the meaning from
// what is special.
//
// Side: heap, floor 1 (base).
#include "base/shell_words.h"

#include <algorithm>
#include <cctype>

namespace heapkit {
namespace {

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("._-/+,:@%=").find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quoted(std::string_view word) {
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string literal_pattern(std::string_view name) {
    std::string pattern;
    for (const char c : name) {
        if (c == '*' || c == '?' || c == '[') {
            pattern.append({'[', c, ']'});
        } else {
            pattern += c;
        }
    }
    return pattern;
}

}  // namespace heapkit
