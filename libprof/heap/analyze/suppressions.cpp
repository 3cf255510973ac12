// SPDX-License-Identifier: MIT
//
// Suppressions: each text is matched once, then each call-tree node takes the first match of itself and its callers.
//
// Side: heap, floor 7 (analyze).
#include "analyze/suppressions.h"

#include <fmt/format.h>
#include <algorithm>
#include <fstream>
#include <sstream>
#include <unordered_map>

#include "graph/graph.h"

namespace heapkit::analyze {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";
constexpr std::string_view prefix = "leak:";

std::string_view trimmed(std::string_view line) {
    const size_t begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return "";
    return line.substr(begin, line.find_last_not_of(blanks) + 1 - begin);
}

// First suppression that matches a text, remembered by the text.
class Matches {
   public:
    Matches(const symbols::Frames& frames, const std::vector<Suppression>& suppressions)
        : frames_(frames), suppressions_(suppressions) {}

    uint32_t of(const symbols::Location& location) {
        return std::min({of(location.function), of(location.file), of(location.module)});
    }

   private:
    uint32_t of(StringId id) {
        const auto [known, is_new] = known_.try_emplace(id, graph::no_node);
        if (is_new) known->second = first_match(frames_.text(id));
        return known->second;
    }
    uint32_t first_match(std::string_view text) const {
        for (uint32_t i = 0; i < suppressions_.size(); ++i)
            if (matches_suppression(suppressions_[i].pattern, text)) return i;
        return graph::no_node;
    }

    const symbols::Frames& frames_;
    const std::vector<Suppression>& suppressions_;
    std::unordered_map<StringId, uint32_t> known_;
};

}  // namespace

Result<std::vector<Suppression>> parse_suppressions(std::string_view text, std::string_view file) {
    std::vector<Suppression> suppressions;
    uint32_t number = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty() || line.front() == '#') continue;
        const std::string place = fmt::format("{}:{}", file, number);
        if (!line.starts_with(prefix)) {
            return Error{fmt::format("{}: \"{}\" is not a suppression", place, line),
                         "A line is leak:PATTERN, or a comment that begins with #."};
        }
        const std::string_view pattern = trimmed(line.substr(prefix.size()));
        if (pattern.find_first_not_of("^*$") == std::string_view::npos) {
            return Error{fmt::format("{}: \"{}\" would suppress everything", place, line),
                         "Give a part of the name of a function, file or module."};
        }
        suppressions.push_back({.pattern = std::string(pattern), .line = number});
    }
    return suppressions;
}

Result<std::vector<Suppression>> read_suppressions(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (stream) text << stream.rdbuf();
    if (!stream) return Error{fmt::format("cannot read the suppressions in {}", file.string()), ""};
    return parse_suppressions(text.str(), file.string());
}

// Pieces between stars are found from left to right, each as early as it can be; the last one, with $, at the end.
bool matches_suppression(std::string_view pattern, std::string_view text) {
    if (text.empty()) return false;
    bool is_at_start = pattern.starts_with('^');
    if (is_at_start) pattern.remove_prefix(1);
    const bool is_at_end = pattern.ends_with('$');
    if (is_at_end) pattern.remove_suffix(1);
    for (;;) {
        const size_t star = pattern.find('*');
        const std::string_view piece = pattern.substr(0, star);
        const bool is_last = star == std::string_view::npos;
        if (is_last && is_at_end) return is_at_start ? text == piece : text.ends_with(piece);
        const size_t found = is_at_start ? (text.starts_with(piece) ? 0 : std::string_view::npos) : text.find(piece);
        if (found == std::string_view::npos) return false;
        if (is_last) return true;
        text.remove_prefix(found + piece.size());
        pattern.remove_prefix(star + 1);
        is_at_start = false;
    }
}

std::vector<uint32_t> suppression_of_stacks(const Heap& heap, const std::vector<Suppression>& suppressions) {
    const read::Snapshot& snapshot = heap.snapshot();
    const symbols::Frames& frames = heap.frames();
    Matches matches(frames, suppressions);
    std::vector<uint32_t> of_node(snapshot.node_parent().size(), graph::no_node);
    for (size_t node = 1; node < of_node.size(); ++node) {
        of_node[node] = of_node[snapshot.node_parent()[node]];  // a caller comes before its callees
        for (const symbols::LocationId location : frames.at(NodeId(node)))
            of_node[node] = std::min(of_node[node], matches.of(frames.location(location)));
    }
    std::vector<uint32_t> of_stack;
    for (const prof_stack& stack : snapshot.stacks()) of_stack.push_back(of_node[stack.node]);
    return of_stack;
}

}  // namespace heapkit::analyze
