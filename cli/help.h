// SPDX-License-Identifier: MIT
//
// --help, man pages and bash completion, all from the table of commands.
//
// Side: our process, cli.
#pragma once

#include <string>

#include "command.h"

namespace heapkit::cli {

struct HelpOptions {
    bool colour = false;
    size_t width = 100;
};
std::string tool_help(const Tool& tool, const HelpOptions& options);
std::string command_help(const Tool& tool, const Command& command, const HelpOptions& options);

std::string man_page(const Tool& tool);  // roff
std::string bash_completion(const Tool& tool);

// "heapkit stats"
std::string full_name(const Tool& tool, const Command& command);
// "heapkit stats [OPTIONS] SNAPSHOT"
std::string usage_of(const Tool& tool, const Command& command);
// "-o, --output FILE"
std::string spelling_of(const Option& option);
// The help of an option with its choices and what holds without it.
std::string whole_help_of(const Option& option);

}  // namespace heapkit::cli
