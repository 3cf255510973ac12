// SPDX-License-Identifier: MIT
//
// By what a heap's blocks are grouped, and what is counted of them: the vocabulary of statistics, compare and growth.
//
// Side:    heap, floor 7 (analyze).
// Cost:    one pass over the blocks into a flat array by stack (or by type), then one over the stacks: it follows
//          stacks, not blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <heapkit/by.h>
#include <heapkit/shapes.h>
#include "analyze/filter.h"
#include "heap.h"

namespace heapkit::analyze {

using GroupBy = By;
std::optional<GroupBy> parse_group_by(std::string_view text) noexcept;
std::string_view to_text(GroupBy by) noexcept;

using heapkit::Metric;
std::optional<Metric> parse_metric(std::string_view text) noexcept;
std::string_view to_text(Metric metric) noexcept;

struct Total {
    int64_t bytes = 0;
    int64_t blocks = 0;
    Total& operator+=(const Total& other) noexcept {
        bytes += other.bytes;
        blocks += other.blocks;
        return *this;
    }
};

// What a block counts for: itself, or what it stands for in a sample.
inline Total counted(const read::Blocks& blocks, BlockId block) noexcept {
    return {.bytes = static_cast<int64_t>(blocks.counted_bytes(block)),
            .blocks = static_cast<int64_t>(blocks.counted_blocks(block))};
}

struct Group {
    std::string key;              // equal in two heaps exactly when the group is the same; bytes, not text
    std::string short_name = {};  // of place.function
    Place place = {};             // as far as the grouping says it; by type, thread and domain, function holds the name
    StackId example = {};         // one of its stacks; for a traceback, the stack
    std::optional<symbols::LocationId> site = {};  // of a traceback
    std::string evidence = {};                     // by type: how the type is known
    Total total = {};
};

struct Grouping {
    GroupBy by = GroupBy::lineno;
    Metric metric = Metric::live;
    bool cumulative = false;  // charge every frame of a stack, each group once, instead of the site alone
    bool raw_frames = false;  // the innermost frame, even when it is an allocator's or a container's
};

// Groups without blocks are left out. Errors: groupings that do not exist (cumulative by type, peak by thread).
// Largest first: by size, then count; by count, then size.
void sort_by_size(std::vector<Group>& groups);
void sort_by_count(std::vector<Group>& groups);

Result<std::vector<Group>> groups_of(const Heap& heap, const Grouping& grouping, const Filter& filter);

// Sums over stacks: index is the stack. The base of everything that is not by type or by thread.
std::vector<Total> totals_by_stack(const Heap& heap, Metric metric, const Selection& selection);

}  // namespace heapkit::analyze
