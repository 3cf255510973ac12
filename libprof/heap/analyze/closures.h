// SPDX-License-Identifier: MIT
//
// Which closures are alive: lambdas, std::bind and coroutine frames, by source line; who holds them, what they capture
// and keep alive, and which lines only ever add to theirs.
//
// Side:   heap, floor 7 (analyze).
// Cost:   Ownership's of the last heap; of the others one pass over the blocks.
// Memory: 4 bytes a block more than Ownership.
//
// Most closures are blocks: what std::function, std::move_only_function or std::any put into the heap, what std::bind
// made, the functions of threads and futures, frames of coroutines. One that lies inside its std::function has no block
// (inner_closures.h); it is counted all the same, and what nothing else owns of what it captured is what it retains.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/groups.h"
#include "analyze/ownership.h"
#include "analyze/trends.h"

namespace heapkit::analyze {

// Closures of one source line.
struct ClosureLine {
    std::string name;     // "λ in handle_request(int) server.cpp:41", "coroutine in serve() server.cpp:9"
    std::string type;     // its type's whole name; "" of a coroutine without debug information
    Trend counts, bytes;  // one value a heap
    Course course = {};   // of the counts
    Total retained = {};  // in the last heap: what would go with all of them; exact of those that only grow
    std::vector<std::string> captures = {};  // "captured user → UserRecord"
    std::string holder = {};      // "EventBus::handlers_": what most of them hang in; "" when nothing holds them
    int64_t held_there = 0;       // how many that are
    int64_t inside = 0;           // how many lie in their std::function
    std::string member = {};      // "Button::pressed": what those lie in, where that is no container
    std::string registered = {};  // who made room for them there: "EventBus::subscribe() event_bus.cpp:14, …"
    std::string made = {};        // who made most of them
    std::vector<uint32_t> vertices = {};  // in the last heap: all of them that are blocks; of others what they own
    uint64_t address = 0;                 // of one, that retains most
    int64_t freed = 0;                    // by the same stacks, ever
    bool only_grows = false;              // rose at every step, is held, and more than a few are new

    int64_t count() const noexcept { return counts.back(); }
    int64_t retained_each() const noexcept { return count() == 0 ? 0 : retained.bytes / count(); }
    // What the new ones keep alive, as the average does.
    int64_t retained_gain() const noexcept { return course.gain * retained_each(); }
    // Only one snapshot follows another, and some were freed: the next one may be lower.
    bool is_doubtful() const noexcept { return course.steps < 2 && freed > 0; }
};

// `heaps` oldest first, one at least; `ownership` of the last. Those that retain most first.
std::vector<ClosureLine> closure_lines(std::span<const Heap* const> heaps, const Ownership& ownership);

struct Closures {
    Table lines;
    Table captures;                  // of the lines that are shown
    std::vector<Table> leaked;       // facts of each line that only grows
    std::vector<Net> chains;         // of each of them the chain from a root
    std::vector<std::string> names;  // of each of them
};

struct ClosureOptions {
    size_t limit = 10;  // lines; 0: all
};

// Errors: those of Ownership::of().
Result<Closures> closures(std::span<const Heap* const> heaps, const ClosureOptions& options);

}  // namespace heapkit::analyze
