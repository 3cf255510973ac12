// SPDX-License-Identifier: MIT
//
// Files of a process that has a file system of its own, as in a container.
//
// Side: our process, cli. The process may be hostile to us, who may be root: its paths are followed inside its own root
// alone, whatever its symbolic links say.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include <heapkit/result.h>

namespace heapkit::cli {

// "/proc/42/root/tmp/1.heap" of "/tmp/1.heap": where we see it while the process lives.
std::filesystem::path seen_from_here(pid_t pid, const std::filesystem::path& path);

// Copies a file of the process to `output`, and removes it there. Errors: it is not there, or no regular file; the copy
// cannot be written.
Result<void> take_out(pid_t pid, const std::filesystem::path& path, const std::filesystem::path& output);

}  // namespace heapkit::cli
