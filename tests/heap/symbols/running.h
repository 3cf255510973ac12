// SPDX-License-Identifier: MIT
//
// Functions that run, and one that copies their stack: what a snapshot would have of it.
//
// Side: tests. Compiled with -g and without optimisation whatever the build type.
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <vector>

namespace running {

struct Thing {
    long number = 7;
};

struct Copied {
    ucontext_t registers = {};
    uint64_t stack_begin = 0;
    std::vector<uint64_t> stack;
    // Where the variables of serve() lie.
    uint64_t thing = 0, things = 0, later = 0;
};

extern thread_local Thing* current_thing;

// Copies the stack from inside of two calls, up to `end`.
int serve(Copied& copied, Thing* thing, uint64_t end);

}  // namespace running
