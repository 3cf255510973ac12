// SPDX-License-Identifier: MIT
//
// What a group is called on a screen: "server.cpp:57" rather than "/src/docserver/server.cpp:57".
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analyze/groups.h"

namespace heapkit::analyze {

// The shortest end of each path that no other path has: "server.cpp", but "a/main.cpp" beside "b/main.cpp".
class ShortPaths {
   public:
    void add(std::string_view path);
    std::string_view of(std::string_view path) const;

   private:
    std::unordered_map<std::string, size_t> paths_that_end_in_;  // "main.cpp" 2, "a/main.cpp" 1
    std::unordered_map<std::string, bool> seen_;
};

class Labels {
   public:
    struct Options {
        GroupBy by = GroupBy::lineno;
        bool full_paths = false;
        bool raw_frames = false;  // tracebacks show the frames of allocators and containers too
    };
    explicit Labels(Options options) : options_(options) {}

    void know(std::span<const Group> groups);  // all groups of the answer, so that short paths stay apart
    std::string of(const Group& group) const;

    // The frames of a stack, one a line, each after a line feed, from its site outwards, those of allocators and
    // containers left out.
    std::string traceback_text(const Heap& heap, const Group& group) const;

   private:
    // "server.cpp:57", "memcpy (libc.so.6)", "<unknown>:0"
    std::string line_of(const Place& place, const std::string& short_name) const;
    std::string path_of(const Place& place) const;
    Options options_;
    ShortPaths paths_;
};

Traceback traceback_of(const Heap& heap, StackId stack);  // all frames, for JSON

// Of a reference, for many that are alike: "[17].handler" as "[i].handler".
std::string without_numbers(std::string_view label);

}  // namespace heapkit::analyze
