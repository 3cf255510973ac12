// SPDX-License-Identifier: MIT
//
// heapkit snapshot PID: asks a recorded process for a snapshot and waits until it is whole.
//
// Side: our process, cli. Protocol: prof/control.h.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>

#include "base/result.h"

namespace heapkit::cli {

struct RequestOptions {
    std::filesystem::path output;            // "": the agent names it PROGRAM.PID.N.heap in its folder
    std::chrono::seconds timeout{90};
    bool force = false;                      // also when the process has a seccomp filter
    bool all_registers = false;              // also of threads that wait in the kernel: their calls say EINTR
    std::function<bool()> is_cancelled;      // asked every few milliseconds; may be empty
};

// The snapshot's path. Errors: the process is gone, is another user's, is not recorded, sleeps, is busy with another
// snapshot, could not write it, or did not answer in time.
Result<std::filesystem::path> request_snapshot(pid_t pid, const RequestOptions& options);

}  // namespace heapkit::cli
