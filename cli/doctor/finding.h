// SPDX-License-Identifier: MIT
//
// One thing that the doctor looked at, and what it means for recording.
//
// Side: our process, cli.
#pragma once

#include <string>
#include <vector>

namespace heapkit::cli {

struct Finding {
    enum class Verdict {
        fine,
        limits,   // recorded, but something will be missing, or may fail
        refuses,  // cannot be recorded
    };
    Verdict verdict = Verdict::fine;
    std::string topic;  // "allocator"
    std::string text;   // one line: what is so, and what to do when it is not fine
};

using Findings = std::vector<Finding>;

}  // namespace heapkit::cli
