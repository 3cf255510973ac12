// SPDX-License-Identifier: MIT
//
// Short names for groups and frames.
//
// Side: heap, floor 7 (analyze).
#include "analyze/labels.h"

#include <fmt/format.h>

#include "analyze/sites.h"

namespace heapkit::analyze {
namespace {

constexpr size_t frames_in_text = 16;

// Ends of a path, shortest first: "c.cpp", "b/c.cpp", "a/b/c.cpp". Calls visit until it returns false.
template <typename Visit>
void for_each_end(std::string_view path, Visit visit) {
    size_t slash = path.rfind('/');
    while (slash != std::string_view::npos && slash > 0) {
        if (!visit(path.substr(slash + 1))) return;
        slash = path.rfind('/', slash - 1);
    }
    visit(path);
}

}  // namespace

void ShortPaths::add(std::string_view path) {
    if (!seen_.emplace(path, true).second) return;
    for_each_end(path, [&](std::string_view end) {
        ++paths_that_end_in_[std::string(end)];
        return true;
    });
}

std::string_view ShortPaths::of(std::string_view path) const {
    std::string_view shortest = path;
    for_each_end(path, [&](std::string_view end) {
        const auto found = paths_that_end_in_.find(std::string(end));
        if (found != paths_that_end_in_.end() && found->second > 1) return true;
        shortest = end;
        return false;
    });
    return shortest;
}

void Labels::know(std::span<const Group> groups) {
    if (options_.full_paths) return;
    for (const Group& group : groups) {
        if (!group.place.file.empty()) paths_.add(group.place.file);
    }
}

std::string Labels::path_of(const Place& place) const {
    return options_.full_paths ? place.file : std::string(paths_.of(place.file));
}

std::string Labels::line_of(const Place& place, const std::string& short_name) const {
    if (!place.file.empty()) return fmt::format("{}:{}", path_of(place), place.line);
    if (short_name.empty()) return "<unknown>:0";
    // "libz.so.1+0x1234" already says its module.
    if (place.module.empty() || short_name.starts_with(place.module)) return short_name;
    return fmt::format("{} ({})", short_name, place.module);
}

std::string Labels::of(const Group& group) const {
    const Place& place = group.place;
    switch (options_.by) {
        case GroupBy::lineno:
        case GroupBy::traceback:
            return line_of(place, group.short_name);
        case GroupBy::filename:
            if (!place.file.empty()) return path_of(place);
            return place.module.empty() ? "<unknown>" : fmt::format("[{}]", place.module);
        case GroupBy::module:
            return place.module.empty() ? "<unknown>" : place.module;
        case GroupBy::function:
        case GroupBy::type:
        case GroupBy::thread:
        case GroupBy::domain:
            break;
    }
    return group.short_name.empty() ? "<unknown>" : group.short_name;
}

std::string Labels::traceback_text(const Heap& heap, const Group& group) const {
    std::string text;
    size_t shown = 0, left_out = 0;
    for_each_frame(heap, group.example, [&](symbols::LocationId location) {
        const bool is_before_site = shown == 0 && group.site && location != *group.site;
        const bool is_plumbing = shown > 0 && !options_.raw_frames && types::is_plumbing(heap.frames(), location);
        if (is_before_site || is_plumbing) return true;
        if (shown == frames_in_text) {
            ++left_out;
            return true;
        }
        ++shown;
        const Place place = place_of(heap, location);
        const std::string function = short_name(heap, location);
        const std::string where = place.file.empty() ? place.module : line_of(place, function);
        text += function.starts_with(where) ? fmt::format("\n{}", function) : fmt::format("\n{}  {}", function, where);
        return true;
    });
    if (left_out > 0) text += fmt::format("\n… {} more frames", left_out);
    return text;
}

Traceback traceback_of(const Heap& heap, StackId stack) {
    Traceback result;
    for_each_frame(heap, stack, [&](symbols::LocationId location) {
        result.push_back(place_of(heap, location));
        return true;
    });
    return result;
}

std::string without_numbers(std::string_view label) {
    std::string text;
    bool is_inside = false;
    for (const char c : label) {
        is_inside &= c != ']';
        if (!is_inside) text += c;
        if (c != '[') continue;
        text += 'i';
        is_inside = true;
    }
    return text;
}

}  // namespace heapkit::analyze
