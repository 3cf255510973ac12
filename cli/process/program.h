// SPDX-License-Identifier: MIT
//
// Whether a program can be recorded, before it is started.
//
// Side: our process, cli.
#pragma once

#include <filesystem>
#include <string>

namespace heapkit::cli {

struct Program {
    std::filesystem::path file;  // empty when it cannot be run
    std::filesystem::path runs;  // the same; of a script its interpreter
    int exit_code = 0;           // 127: not there; 126: there, but no
    std::string problem;         // one sentence, and what to do
};

// Looks for `name` as a shell would and reads the ELF header, of the interpreter when it is a script.
Program find_program(const std::string& name);

}  // namespace heapkit::cli
