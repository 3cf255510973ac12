// SPDX-License-Identifier: MIT
//
// Which blocks an answer is about: tracemalloc's Filter, for functions, modules and types too.
//
// Side: heap, floor 7 (analyze).
//
// PATTERN[:LINE] is matched as fnmatch does with the file name (a pattern without '/' also with its last part);
// function=PATTERN, module=PATTERN and type=PATTERN with those, domain=PATTERN with the domain in which it was
// allocated and those around it (domains.h). A block is kept when any inclusive pattern matches it and no exclusive one
// does; and when domains are named, it must have been allocated in one of them. Patterns look at the site alone, or
// with all_frames at every frame.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

struct Pattern {
    enum class Subject { file, function, module, type, domain };
    Subject subject = Subject::file;
    std::string text;
    std::optional<uint32_t> line;
};
Result<Pattern> parse_pattern(std::string_view text);

// fnmatch, and what a person means by a name: "Session" is also "http::Session" and "Session<int>"; with "::" the
// pattern is about the qualified name. Arguments of a function may be left out.
bool matches_name(const std::string& pattern, std::string_view name);
bool matches_file(const std::string& pattern, std::string_view path);

struct Filter {
    std::vector<Pattern> include, exclude;
    std::vector<std::string> domains = {};  // "": any; see Domains::matching()
    bool all_frames = false;
    bool raw_frames = false;  // "the site" is the innermost frame

    bool is_empty() const noexcept { return include.empty() && exclude.empty() && domains.empty(); }
    bool asks_for_types() const noexcept;
    bool asks_for_domains() const noexcept;
};
// What died suddenly left no domains: nothing would be of any.
std::optional<Error> refusal_of(const Heap& heap, const Filter& filter);

// A filter, worked out for one heap: one answer a (stack, type).
class Selection {
   public:
    Selection(const Heap& heap, const Filter& filter);

    bool keeps_all() const noexcept { return keeps_all_; }
    bool keeps(StackId stack) const noexcept { return keeps_all_ || stacks_[stack.index()].kept; }
    bool keeps(BlockId block) const noexcept;
    bool asks_for_types() const noexcept { return asks_for_types_; }

   private:
    struct OfStack {
        bool included = true, excluded = false, kept = true;  // by the patterns on frames alone
    };
    struct OfType {
        bool included = false, excluded = false;
    };

    const Heap& heap_;
    bool keeps_all_ = true;
    bool asks_for_types_ = false;
    std::vector<OfStack> stacks_;
    std::vector<OfType> types_;
};

}  // namespace heapkit::analyze
