// SPDX-License-Identifier: MIT
//
// Parsing and refusing.
//
// Side: viewer/server.
#include "server/parameters.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace heapkit::viewer {
namespace {

using Kind = Rule::Kind;

constexpr std::array<Rule, 5> rules_of_window = {{{.name = "filter"},
                                                  {.name = "limit", .kind = Kind::number, .most = Window::most_limit},
                                                  {.name = "offset", .kind = Kind::number},
                                                  {.name = "sort"},
                                                  {.name = "table"}}};

// encodeURIComponent() leaves these and letters and digits as they are.
bool stands_for_itself(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (stands_for_itself(c)) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

std::optional<uint64_t> number_of(std::string_view text, int base) noexcept {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin < list.size();) {
        const size_t end = std::min(list.find(',', begin), list.size());
        if (end > begin) parts.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Result<void> check_one(const std::string& name, const std::string& text, const Rule& rule) {
    const auto refuse = [&](std::string hint) {
        return Error{fmt::format("{} cannot be \"{}\"", name, text), std::move(hint)};
    };
    if (rule.kind == Kind::number) {
        const auto number = number_of(text, 10);
        if (!number || *number > rule.most) return refuse(fmt::format("It is a number from 0 to {}.", rule.most));
    }
    if (rule.kind == Kind::choice && std::ranges::find(rule.choices, text) == rule.choices.end())
        return refuse(fmt::format("It is one of {}.", fmt::join(rule.choices, ", ")));
    if (rule.kind == Kind::addresses &&
        std::ranges::any_of(parts_of(text), [](const std::string& part) { return !address_of(part); }))
        return refuse("It is an address as 0x5581e0c0a2b0, or several with commas between them.");
    return {};
}

}  // namespace

Result<void> check(const Parameters& parameters, std::span<const Rule> rules) {
    for (const auto& [name, text] : parameters) {
        const auto rule = std::ranges::find(rules, std::string_view(name), &Rule::name);
        if (rule == rules.end()) {
            std::string names;
            for (const Rule& each : rules) names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
            return Error{fmt::format("there is no parameter \"{}\" here", name),
                         names.empty() ? "None is taken." : fmt::format("There is {}.", names)};
        }
        if (const auto checked = check_one(name, text, *rule); !checked) return checked;
    }
    return {};
}

std::string text_in(const Parameters& parameters, const std::string& name, const std::string& fallback) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? fallback : found->second;
}

uint64_t number_in(const Parameters& parameters, const std::string& name, uint64_t fallback) {
    return number_of(text_in(parameters, name), 10).value_or(fallback);
}

std::vector<std::string> addresses_in(const Parameters& parameters, const std::string& name) {
    return parts_of(text_in(parameters, name));
}

std::optional<uint64_t> address_of(std::string_view text) noexcept {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return number_of(text, 16);
}

std::string key_of(std::string_view name, const Parameters& parameters) {
    std::string key(name);
    for (const auto& [parameter, value] : parameters)
        key += fmt::format("{}{}={}", key.size() == name.size() ? "?" : "&", escaped(parameter), escaped(value));
    return key;
}

Window window_in(const Parameters& parameters) {
    return {.offset = number_in(parameters, "offset", 0),
            .limit = number_in(parameters, "limit", Window::usual_limit),
            .sort = text_in(parameters, "sort"),
            .filter = text_in(parameters, "filter"),
            .table = text_in(parameters, "table")};
}

Parameters without_window(const Parameters& parameters) {
    Parameters rest = parameters;
    for (const Rule& rule : rules_of_window) rest.erase(std::string(rule.name));
    return rest;
}

std::span<const Rule> window_rules() noexcept { return rules_of_window; }

}  // namespace heapkit::viewer
