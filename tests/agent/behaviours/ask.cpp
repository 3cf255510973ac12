// SPDX-License-Identifier: MIT
//
// The two ways in from outside, without the command line around them:
//
//   ask run FOLDER on|off PROGRAM ARGUMENTS…     run_program(); the switch is the exit snapshot
//   ask snapshot PID [PATH]                      request_snapshot(); prints the path, or the error and its hint
//
// Side: tests.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "request.h"
#include "run.h"

using namespace heapkit::cli;

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    if (std::string_view(argv[1]) == "run") {
        RunOptions options;
        options.folder = argv[2];
        options.exit_snapshot = std::string_view(argv[3]) == "on";
        options.command.assign(argv + 4, argv + argc);
        return run_program(options);
    }
    RequestOptions options;
    if (argc > 3) options.output = argv[3];
    const auto path = request_snapshot(std::atoi(argv[2]), options);
    if (!path) {
        std::printf("%s\n%s\n", path.error().what.c_str(), path.error().hint.c_str());
        return 1;
    }
    std::printf("%s\n", path->c_str());
    return 0;
}
