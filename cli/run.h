// SPDX-License-Identifier: MIT
//
// heapkit run: starts a program under the agent, hands signals on, and says what was written. Its leak check is
// leak_gate.h.
//
// Side: our process, cli.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace heapkit::cli {

struct RunOptions {
    std::vector<std::string> command;        // the program and its arguments
    std::filesystem::path folder = ".";      // where snapshots go; made when it is not there
    bool exit_snapshot = true;               // at the end, and before SIGTERM or SIGINT is handed on
    bool follow_exec = false;                // programs that it becomes or starts by exec are recorded too
    std::string contents;                    // "words" or "none"; "": the agent's default
    std::vector<std::string> agent_options;  // "key=value", as in PROF
};

struct Ended {
    int code = 0;                                  // what run_program() returns
    pid_t pid = 0;                                 // 0: it was not started, and why has been said
    std::vector<std::filesystem::path> snapshots;  // that appeared in the folder meanwhile, oldest first
};
// `take` is called with what it left, while signals do not end us yet.
Ended run_to_end(const RunOptions& options, const std::function<void(const Ended&)>& take = {});

// Runs the program to its end, says which snapshots were written, and returns its exit code, 128 + n when signal n
// ended it. Before it starts: 127 when it is not there, 126 when it cannot be run or recorded, 2 for anything else; one
// line on standard error says why.
int run_program(const RunOptions& options);

}  // namespace heapkit::cli
