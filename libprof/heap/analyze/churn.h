// SPDX-License-Identifier: MIT
//
// What does the program allocate and free again and again? How often, for how long, from which line, and what would
// spare it.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the stacks' counters; blocks are not looked at, so that a snapshot without any answers too.
// Memory: 100 bytes a line that allocates.
//
//     temporary   freed as the next thing that its thread did with the heap
//     lifetime    of what was freed, in the agent's buckets: below 10 ms, 100 ms, 1 s, 10 s, 1 min, 10 min, 1 h, longer
//     grows       made by a container or a string that outgrew what it had, and copied it: std::vector's
//                 _M_realloc_insert, …, or by a function that is called realloc
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <prof/format.h>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

using Lifetimes = std::array<int64_t, PROF_LIFETIME_BUCKETS>;  // blocks that were freed, by age

// A stack's lifetimes as they were: its buckets stop counting at 65,535, and what was freed beyond is theirs.
Lifetimes lifetimes_of(const prof_stack& stack) noexcept;

// What a function does that outgrows its storage: "vector<int>" of "std::vector<int>::_M_realloc_insert<int>(…)",
// "realloc" of "xrealloc"; "" when it is none.
std::string grown_by(std::string_view function);

struct ChurnOptions {
    size_t limit = 10;  // rows of each table; 0: all
};

struct Churn {
    Table totals;     // facts: allocated, freed, temporary, by the second
    Table lifetimes;  // blocks by age when they were freed
    Table sites;      // most allocations first
    Table advice;     // what to reserve, what to pool, what to keep
};

Churn churn(const Heap& heap, const ChurnOptions& options);

}  // namespace heapkit::analyze
