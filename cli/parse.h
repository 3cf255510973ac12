// SPDX-License-Identifier: MIT
//
// From argv to what was typed. CLI11 stays behind this header.
//
// Side: our process, cli.
#pragma once

#include <span>
#include <string>

#include "command.h"

namespace heapkit::cli {

struct Request {
    enum class What { run, help, tool_help, version };
    What what = What::run;
    const Command* command = nullptr;  // for run and help
    Typed typed;
};

// `words` without the name of the program. Errors say what is wrong, what may have been meant, and which help to read.
Result<Request> parse(const Tool& tool, std::span<const std::string> words);

}  // namespace heapkit::cli
