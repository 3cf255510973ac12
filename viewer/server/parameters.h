// SPDX-License-Identifier: MIT
//
// What a request asks for beside its name, checked before anything is worked out: names that are known, numbers that
// are numbers, choices that exist.
//
// Side:    viewer/server. No HTTP in here: a report asks in the same words.
// Threads: plain data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heapkit/result.h>

namespace heapkit::viewer {

using Parameters = std::map<std::string, std::string>;  // by name, so that equal questions have equal keys

// What a parameter may be.
struct Rule {
    enum class Kind : uint8_t { text, number, choice, addresses };
    std::string_view name;
    Kind kind = Kind::text;
    std::span<const std::string_view> choices = {};
    uint64_t most = INT64_MAX;  // of a number
};
// Errors: a name without a rule, or what its rule does not allow.
Result<void> check(const Parameters& parameters, std::span<const Rule> rules);

// Of parameters that were checked.
std::string text_in(const Parameters& parameters, const std::string& name, const std::string& fallback = "");
uint64_t number_in(const Parameters& parameters, const std::string& name, uint64_t fallback);
// "0x5581e0c0a2b0,0x5581e0c0a300" one by one.
std::vector<std::string> addresses_in(const Parameters& parameters, const std::string& name);
std::optional<uint64_t> address_of(std::string_view text) noexcept;

// "types?limit=5&sort=-size": what a report keeps an answer under. Values are escaped as encodeURIComponent() does.
std::string key_of(std::string_view name, const Parameters& parameters);

// Which rows of a table: the page never asks for all.
struct Window {
    static constexpr uint64_t usual_limit = 200, most_limit = 1000;
    uint64_t offset = 0, limit = usual_limit;
    std::string sort = {};    // a column's key, with '-' before it the largest first; "": as the answer has them
    std::string filter = {};  // rows of which some text has this in it, in any case
    std::string table = {};   // its key, where an answer has several; "": the main one
};
Window window_in(const Parameters& parameters);
Parameters without_window(const Parameters& parameters);
std::span<const Rule> window_rules() noexcept;

}  // namespace heapkit::viewer
