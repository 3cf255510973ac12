// SPDX-License-Identifier: MIT
//
// A heap as pprof's profile: what go tool pprof, Pyroscope, Parca and speedscope read.
//
// Side:   heap, floor 7 (export).
// Cost:   one pass over the blocks and one over the stacks; then it follows stacks. Types are inferred, unless left
// out. Memory: the profile, and a row for each stack, type and thread that has live blocks together.
//
// Four columns, as Go's own heap profiles have them: what was allocated ever, objects and bytes, and what lives. Of a
// sample all are estimates of the whole program, already scaled; `period` is then the mean distance in bytes.
#pragma once

#include <string>

#include "heap.h"

namespace heapkit::exports {

struct PprofOptions {
    bool with_types = true;  // label each live sample with its type
};

struct Pprof {
    std::string file;  // gzip
    size_t samples = 0, locations = 0, functions = 0;
};

// Live samples have labels: bytes (the average size of their blocks), type, thread, domain. Errors: too large.
Result<Pprof> pprof_of(const Heap& heap, const PprofOptions& options);

}  // namespace heapkit::exports
