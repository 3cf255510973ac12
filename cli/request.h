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

#include <heapkit/result.h>

namespace heapkit::cli {

struct RequestOptions {
    std::filesystem::path output;  // "": the agent names it PROGRAM.PID.N.heap in its folder
    std::chrono::seconds timeout{90};
    bool force = false;                  // also when the process has a seccomp filter
    bool all_registers = false;          // also of threads that wait in the kernel: their calls say EINTR
    bool hashes = false;                 // of each block's contents
    std::function<bool()> is_cancelled;  // asked every few milliseconds; may be empty
};

// The snapshot's path, as it is seen from here: of a process with a file system of its own below /proc/PID/root, unless
// an output was named. Errors: the process is gone, is another user's, is not recorded, sleeps, is busy with another
// snapshot, could not write it, or did not answer in time.
Result<std::filesystem::path> request_snapshot(pid_t pid, const RequestOptions& options);

// Whether the process's paths mean other files than ours: it has another root, or another mount namespace.
bool has_own_files(pid_t pid);

}  // namespace heapkit::cli
