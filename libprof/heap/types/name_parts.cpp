// SPDX-License-Identifier: MIT
//
// See name_parts.h. All is found from brackets that match, which only operators' names upset.
//
// Side: heap, floor 4 (types).
#include "types/name_parts.h"

#include <array>
#include <cctype>

namespace heapkit::types {
namespace {

using namespace std::string_view_literals;

bool is_word(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

// The length of an operator's name with brackets in it at `at`; 0 when none stands there.
size_t operator_length(std::string_view text, size_t at) {
    static constexpr std::array names = {"operator()"sv, "operator<=>"sv, "operator<<="sv, "operator>>="sv,
                                         "operator<<"sv, "operator>>"sv,  "operator->*"sv, "operator->"sv,
                                         "operator<="sv, "operator>="sv,  "operator<"sv,   "operator>"sv};
    if (text[at] != 'o' || (at > 0 && is_word(text[at - 1]))) return 0;
    for (const std::string_view name : names)
        if (text.substr(at).starts_with(name)) return name.size();
    return 0;
}

// Calls `visit(at, depth)` for each letter that stands outside operators' names; a bracket has the depth around it.
template <typename Visit>
void walk(std::string_view text, Visit visit) {
    size_t depth = 0;
    for (size_t at = 0; at < text.size();) {
        if (const size_t length = operator_length(text, at); length != 0) {
            at += length;
            continue;
        }
        const char letter = text[at];
        const bool is_arrow = letter == '>' && at > 0 && text[at - 1] == '-';
        const bool is_open = letter == '<' || letter == '(' || letter == '{' || letter == '[';
        const bool is_close = !is_arrow && (letter == '>' || letter == ')' || letter == '}' || letter == ']');
        if (is_close && depth > 0) --depth;
        visit(at, depth);
        if (is_open) ++depth;
        ++at;
    }
}

}  // namespace

FunctionParts parts_of_function(std::string_view qualified) {
    size_t split = std::string_view::npos;
    walk(qualified, [&](size_t at, size_t depth) {
        if (depth == 0 && qualified[at] == ':' && at + 1 < qualified.size() && qualified[at + 1] == ':') split = at;
    });
    if (split == std::string_view::npos) return {{}, qualified};
    return {qualified.substr(0, split), qualified.substr(split + 2)};
}

std::string without_inline_namespaces(std::string_view name) {
    static constexpr std::array inlined = {"__cxx11::"sv, "__1::"sv, "__ndk1::"sv, "_V2::"sv};
    std::string out;
    for (size_t at = 0; at < name.size();) {
        size_t skipped = 0;
        if (out.ends_with("::"))
            for (const std::string_view each : inlined)
                if (name.substr(at).starts_with(each)) skipped = each.size();
        if (skipped == 0) out += name[at++];
        at += skipped;
    }
    return out;
}

std::string instance_of(std::string_view template_name, const std::vector<std::string>& arguments) {
    std::string name = std::string(template_name) + '<';
    for (size_t index = 0; index < arguments.size(); ++index)
        name.append(index == 0 ? "" : ", ").append(arguments[index]);
    return name.append(name.ends_with('>') ? " >" : ">");
}

}  // namespace heapkit::types
