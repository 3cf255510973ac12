// SPDX-License-Identifier: MIT
//
// Where libprof.so is, and the environment that brings it into a program.
//
// Side: our process, cli.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <heapkit/result.h>
#include "run.h"

namespace heapkit::cli {

// HEAPKIT_AGENT, otherwise lib/heapkit/libprof.so or lib/libprof.so beside the folder of this executable.
Result<std::filesystem::path> find_agent();

// Our environment with the agent first in LD_PRELOAD and the options in PROF, each "NAME=value". `shared_memory`: its
// path, or "".
std::vector<std::string> environment_for(const std::filesystem::path& agent, const RunOptions& options,
                                         const std::string& shared_memory);

}  // namespace heapkit::cli
