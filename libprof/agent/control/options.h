// SPDX-License-Identifier: MIT
//
// What the user may set: PROF="key=value,key=value" in the environment. The table in options.cpp is all there is.
//
// Side:    agent, floor 4 (control). Parsed once, before anything records.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "base/text.h"
#include "control/kept.h"
#include "control/triggers.h"

namespace prof {

struct Options {
    Path folder;                                   // out: absolute
    bool snapshot_at_exit = true;                  // exit
    bool forks_too = false;                        // forks: snapshots at the exit of forked children as well
    prof_contents contents = PROF_CONTENTS_WORDS;  // contents
    bool hashes = false;                           // hashes: of each block's contents
    uint32_t signal_number = 0;                    // signal: 0 is off
    bool stops_all = false;                        // registers: also threads that wait in the kernel are stopped
    uint32_t deadline_seconds = 0;                 // deadline
    bool quiet = false;                            // quiet
    bool python = true;                            // python: CPython's objects, and the blocks of its own allocator
    Triggers triggers;                             // interval, growth, peak
    kept::Limits limits;                           // keep, disk
    bool forces_memory = false;                    // memory: no look at the limit of the cgroup
    Path shared_memory;                            // shared: what heapkit run made for stacks and counters; "": nothing
    Path unseen;                                   // unseen: of this executable, an allocator that passes us by
    bool follows_exec = false;                     // follow: programs that are started by exec are recorded too
    bool walks_with_libunwind = false;             // unwind
    bool record = true;                            // record: whether recording begins at once
    uint64_t sample_bytes = 0;                     // sample: one in so many on average is recorded; 0: every block
    uint64_t sample_seed = 0;                      // seed: of the sampler; 0: another in each process
};

// The defaults, then what `text` says; null is "". What is wrong is said in one line each, and the rest holds.
void parse_options(const char* text, Options& options) noexcept;

// The value of a variable in `environment`, or null.
const char* variable(char** environment, const char* name) noexcept;

}  // namespace prof
