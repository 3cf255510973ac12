// SPDX-License-Identifier: MIT
//
// What another program prints: the loader, the package manager.
//
// Side: our process, cli.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace heapkit::cli {

struct Output {
    bool succeeded = false;  // it was there, ended in time, and with 0
    std::string text;        // what it printed, errors too; at most 1 MiB
};

// Runs `command`, found in PATH, with our environment and `added` ("NAME=value") instead of what has those names; its
// input is empty. A program that takes longer is killed.
Output output_of(const std::vector<std::string>& command, const std::vector<std::string>& added = {},
                 std::chrono::milliseconds at_most = std::chrono::seconds(20));

}  // namespace heapkit::cli
