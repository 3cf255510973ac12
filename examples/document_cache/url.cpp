// SPDX-License-Identifier: MIT
//
// See url.h.
#include "url.h"

#include <algorithm>
#include <charconv>

namespace {

// What lies before `end`, which is taken away, too.
std::string_view take_until(std::string_view& rest, char end) {
    const size_t at = std::min(rest.find(end), rest.size());
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return taken;
}

}  // namespace

int Url::number(std::string_view name, int usual) const {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return usual;
    const std::string& text = found->second;
    int value = usual;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Url parse(std::string_view text) {
    Url url{.path = std::string(take_until(text, '?')), .parameters = {}};
    while (!text.empty()) {
        std::string_view value = take_until(text, '&');
        const std::string_view name = take_until(value, '=');
        url.parameters.insert_or_assign(std::string(name), std::string(value));
    }
    return url;
}
