// SPDX-License-Identifier: MIT
//
// Will recording work here, and how well?
//
// Side: our process, cli.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <heapkit/result.h>
#include <heapkit/shapes.h>

namespace heapkit::cli {

struct Diagnosis {
    Report report;
    bool can_record = false;
};

// What the recorder will not see of a program that is about to be started: the executable, and the allocator in it.
struct NotSeen {
    std::filesystem::path executable;
    std::string allocator;  // "jemalloc (_rjem_malloc)"
};
std::optional<NotSeen> not_seen_of(const std::string& program);

// `whom`: a program as a shell would find it, or the number of a process. Errors: the process is not there or another
// user's; the agent is not installed.
Result<Diagnosis> examine(const std::string& whom);

}  // namespace heapkit::cli
