// SPDX-License-Identifier: MIT
//
// The table of commands, and the two executables that are made from it.
//
// Side: our process, cli.
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace heapkit::cli {

const Tool& heapkit_tool();
const Tool& heapdiff_tool();

// What main() does: parse, run, say what went wrong. Returns the exit code.
int run_tool(const Tool& tool, const std::vector<std::string>& words);

}  // namespace heapkit::cli
