// SPDX-License-Identifier: MIT
//
// A snapshot that is served stays mapped. Removed or replaced by a rename it is still there; truncated or overwritten
// in place it is not, and to read on would be the end of us by SIGBUS. So each question first looks whether the file is
// still what was opened.
//
// Side:    viewer/server.
// Threads: const after it was made, but on_bus_error(), which is for the whole process.
// Signals: between the look and the read a file may still be cut: on_bus_error() then says so and ends the process.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <heapkit/result.h>
#include "base/descriptor.h"

namespace heapkit::viewer {

class SnapshotWatch {
   public:
    // `name` is what people call the file at `path`.
    SnapshotWatch(std::string name, const std::filesystem::path& path);

    // Errors: it was truncated or written to since.
    Result<void> still_there() const;

    // From now on SIGBUS is one sentence on standard error, and exit status 2.
    static void on_bus_error();

   private:
    std::string name_;
    Descriptor file_;  // of the file that was there, whatever has its name now
    struct stat status_ = {};
};

}  // namespace heapkit::viewer
