// SPDX-License-Identifier: MIT
//
// Patterns, and what they keep of one heap.
//
// Side: heap, floor 7 (analyze).
#include "analyze/filter.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <algorithm>
#include <array>
#include <charconv>

#include "analyze/domains.h"
#include "analyze/sites.h"

namespace heapkit::analyze {
namespace {

// As Python's fnmatch: '*' matches '/' too, and a backslash is a character like any other.
bool fits(const std::string& pattern, std::string_view text) {
    return fnmatch(pattern.c_str(), std::string(text).c_str(), FNM_NOESCAPE) == 0;
}

// Where the depth of <> and () is zero, position of the last "::" before the arguments; the name after it.
std::string_view unqualified(std::string_view name) {
    int depth = 0;
    size_t begin = 0;
    for (size_t at = 0; at < name.size(); ++at) {
        const char c = name[at];
        if (c == '<' || c == '(') ++depth;
        if (c == '>' || c == ')') --depth;
        if (depth == 0 && name.substr(at, 2) == "::") begin = at + 2;
    }
    return name.substr(begin);
}

std::string_view without_brackets(std::string_view name, char opening) {
    const size_t at = name.find(opening);
    return at == std::string_view::npos || at == 0 ? name : name.substr(0, at);
}

bool fits_with_or_without_brackets(const std::string& pattern, std::string_view name) {
    return fits(pattern, name) || fits(pattern, without_brackets(name, '(')) ||
           fits(pattern, without_brackets(without_brackets(name, '('), '<'));
}

bool matches(const Pattern& pattern, const symbols::Frames& frames, symbols::LocationId id) {
    const symbols::Location& location = frames.location(id);
    switch (pattern.subject) {
        case Pattern::Subject::file:
            return matches_file(pattern.text, frames.text(location.file)) &&
                   (!pattern.line || *pattern.line == location.line);
        case Pattern::Subject::function:
            return matches_name(pattern.text, frames.text(location.function));
        case Pattern::Subject::module:
            return matches_file(pattern.text, frames.text(location.module));
        case Pattern::Subject::type:
        case Pattern::Subject::domain:
            return false;
    }
    return false;
}

// Does any of the patterns on frames match this place? Asked once a place, not once a stack.
std::vector<bool> matching_locations(const symbols::Frames& frames, const std::vector<Pattern>& patterns) {
    std::vector<bool> result(frames.location_count());
    for (size_t index = 0; index < result.size(); ++index) {
        result[index] = std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
            return matches(pattern, frames, symbols::LocationId(index));
        });
    }
    return result;
}

// By domain: whether one of the patterns on domains means it.
std::vector<bool> matching_domains(const Domains& domains, const std::vector<std::string>& patterns) {
    std::vector<bool> result(domains.count());
    for (const std::string& pattern : patterns) {
        const std::vector<bool> matches = domains.matching(pattern);
        for (size_t domain = 0; domain < result.size(); ++domain) result[domain] = result[domain] || matches[domain];
    }
    return result;
}
std::vector<bool> matching_domains(const Domains& domains, const std::vector<Pattern>& patterns) {
    std::vector<std::string> texts;
    for (const Pattern& pattern : patterns)
        if (pattern.subject == Pattern::Subject::domain) texts.push_back(pattern.text);
    return matching_domains(domains, texts);
}

bool names_a_type(const Pattern& pattern) { return pattern.subject == Pattern::Subject::type; }

bool matches_type(const std::vector<Pattern>& patterns, const std::string& name) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
        return names_a_type(pattern) && matches_name(pattern.text, name);
    });
}

}  // namespace

bool matches_name(const std::string& pattern, std::string_view name) {
    if (fits_with_or_without_brackets(pattern, name)) return true;
    if (pattern.find("::") != std::string::npos) return false;
    return fits_with_or_without_brackets(pattern, unqualified(name));
}

bool matches_file(const std::string& pattern, std::string_view path) {
    if (fits(pattern, path)) return true;
    if (pattern.find('/') != std::string::npos) return false;
    return fits(pattern, path.substr(path.rfind('/') + 1));  // without '/': npos + 1 is 0
}

Result<Pattern> parse_pattern(std::string_view text) {
    using Subject = Pattern::Subject;
    static constexpr std::array<std::pair<std::string_view, Subject>, 5> subjects = {{{"file=", Subject::file},
                                                                                      {"function=", Subject::function},
                                                                                      {"module=", Subject::module},
                                                                                      {"type=", Subject::type},
                                                                                      {"domain=", Subject::domain}}};
    Pattern pattern;
    for (const auto& [prefix, subject] : subjects) {
        if (!text.starts_with(prefix)) continue;
        pattern.subject = subject;
        text.remove_prefix(prefix.size());
        break;
    }
    const size_t colon = text.rfind(':');
    if (pattern.subject == Subject::file && colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        uint32_t line = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), line);
        if (error == std::errc() && end == digits.data() + digits.size()) {
            pattern.line = line;
            text = text.substr(0, colon);
        }
    }
    if (text.empty()) {
        return Error{"an empty pattern matches nothing",
                     "Write PATTERN[:LINE], function=PATTERN, module=PATTERN, type=PATTERN or domain=PATTERN."};
    }
    pattern.text = std::string(text);
    return pattern;
}

bool Filter::asks_for_types() const noexcept {
    return std::any_of(include.begin(), include.end(), names_a_type) ||
           std::any_of(exclude.begin(), exclude.end(), names_a_type);
}

bool Filter::asks_for_domains() const noexcept {
    const auto names_a_domain = [](const Pattern& pattern) { return pattern.subject == Pattern::Subject::domain; };
    return !domains.empty() || std::any_of(include.begin(), include.end(), names_a_domain) ||
           std::any_of(exclude.begin(), exclude.end(), names_a_domain);
}

std::optional<Error> refusal_of(const Heap& heap, const Filter& filter) {
    if (heap.snapshot().has_blocks() || !filter.asks_for_domains()) return std::nullopt;
    return Error{"domains are not known of a process that died suddenly", "Ask without them: --by lineno."};
}

Selection::Selection(const Heap& heap, const Filter& filter)
    : heap_(heap), keeps_all_(filter.is_empty()), asks_for_types_(filter.asks_for_types()) {
    if (keeps_all_) return;
    const auto included = matching_locations(heap.frames(), filter.include);
    const auto excluded = matching_locations(heap.frames(), filter.exclude);
    const Domains domains(heap);
    const auto in_included = matching_domains(domains, filter.include);
    const auto in_excluded = matching_domains(domains, filter.exclude);
    const auto in_named = matching_domains(domains, filter.domains);
    const Sites sites(heap, {.raw_frames = filter.raw_frames});
    stacks_.resize(heap.snapshot().stacks().size());
    for (size_t index = 0; index < stacks_.size(); ++index) {
        OfStack& stack = stacks_[index];
        const size_t domain = domains.of(StackId(index));
        stack.included = filter.include.empty() || in_included[domain];
        stack.excluded = in_excluded[domain] || (!filter.domains.empty() && !in_named[domain]);
        const auto look_at = [&](symbols::LocationId location) {
            stack.included = stack.included || included[location.index()];
            stack.excluded = stack.excluded || excluded[location.index()];
            return true;
        };
        if (filter.all_frames) {
            for_each_frame(heap, StackId(index), look_at);
        } else if (const auto site = sites.of(StackId(index))) {
            look_at(*site);
        }
        stack.kept = stack.included && !stack.excluded;
    }
    if (!asks_for_types_) return;
    types_.resize(heap.types().count());
    for (size_t index = 0; index < types_.size(); ++index) {
        const std::string& name = heap.types().type(types::TypeId(index)).name;
        types_[index] = {.included = matches_type(filter.include, name),
                         .excluded = matches_type(filter.exclude, name)};
    }
}

bool Selection::keeps(BlockId block) const noexcept {
    if (keeps_all_) return true;
    const OfStack& stack = stacks_[heap_.blocks().stack[block.index()]];
    if (!asks_for_types_) return stack.kept;
    const OfType& type = types_[heap_.types().of(block).index()];
    return (stack.included || type.included) && !stack.excluded && !type.excluded;
}

}  // namespace heapkit::analyze
