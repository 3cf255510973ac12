// SPDX-License-Identifier: MIT
//
// Variables of roots, by their addresses.
//
// Side: heap, floor 5 (refs).
#include "refs/variables.h"

#include <fmt/format.h>

namespace heapkit::refs {
namespace {

constexpr std::string_view unnamed = "(anonymous namespace)::";

// Where the last part of a qualified name begins that has at most `parts` of them; "::" in brackets do not count.
size_t last_parts(std::string_view name, int parts) {
    int depth = 0;
    for (size_t at = name.size(); at > 1; --at) {
        const char c = name[at - 1];
        if (c == '>' || c == ')') ++depth;
        if (c == '<' || c == '(') --depth;
        if (depth == 0 && c == ':' && name[at - 2] == ':') {
            if (--parts == 0) return at;
            --at;
        }
    }
    return 0;
}

}  // namespace

Variables::Variables(const read::Snapshot& snapshot, const symbols::TypeBook& book)
    : snapshot_(snapshot), book_(book) {}

std::optional<Variable> Variables::at(const prof_root& root, uint64_t offset_bytes) const {
    if (root.kind != PROF_ROOT_GLOBALS) return std::nullopt;
    const symbols::Variable* const found = book_.variable_at(root.address + offset_bytes);
    if (found == nullptr) return std::nullopt;
    return Variable{.declared = found,
                    .begin_bytes = static_cast<int64_t>(found->address - root.address),
                    .size_bytes = book_.type(found->type).size_bytes};
}

std::string Variables::name(const symbols::TypeBook& book, const symbols::Variable& variable) {
    const std::string_view full = book.text(variable.name);
    if (variable.is_in_function) {
        const size_t own = last_parts(full, 1);
        const std::string_view function = own < 2 ? "" : full.substr(0, own - 2);
        return fmt::format("{} (static in {})", full.substr(own), function.substr(last_parts(function, 2)));
    }
    const std::string_view name = full.substr(last_parts(full, 2));
    return std::string(name.starts_with(unnamed) ? name.substr(unnamed.size()) : name);
}

std::string_view Variables::kind(const symbols::Variable& variable) noexcept {
    if (variable.is_thread_local) return "thread-local";
    if (variable.is_static_member) return "static member";
    return variable.is_in_function ? "static" : "global";
}

}  // namespace heapkit::refs
