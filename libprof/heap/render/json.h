// SPDX-License-Identifier: MIT
//
// A report as a program reads it. The keys are promised in docs/json.md; numbers are plain, in the unit of their
// column.
//
// Side: heap, floor 3 (render). nlohmann's header stays behind this one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <heapkit/shapes.h>

namespace heapkit::render {

std::string to_json(const Report& report);       // ends with a line feed
std::string to_json_line(const Report& report);  // the same without other line feeds

// What a page is told beside the shapes: a member more of one answer (its key), or of the document ("").
struct JsonMember {
    using Texts = std::vector<std::optional<std::string>>;            // an array; nothing: null
    using Named = std::map<std::string, std::optional<std::string>>;  // an object
    std::string answer = {};
    std::string key = {};
    std::variant<int64_t, std::string, Texts, Named, Table> value = int64_t{0};  // of a table its rows
};
std::string to_json_line(const Report& report, std::span<const JsonMember> members);

std::string json_string(std::string_view text);  // with its quotes, for who puts documents together

}  // namespace heapkit::render
