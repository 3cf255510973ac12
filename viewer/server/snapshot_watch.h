// SPDX-License-Identifier: MIT
//
// A snapshot that is served stays mapped. Removed or replaced by a rename it is still there; truncated or overwritten
// in place it is not, and to read on would be the end of us by SIGBUS. So each question first looks whether the file is
// still what was opened.
//
// Side:    viewer/server.
// Threads: const after it was made, but what is static, which is for the whole process.
// Signals: a file may also be cut between the look and the read, in the middle of an analysis. Nothing that rests on
//          what is gone may go on then, and nothing can be undone: park_on_bus_error() leaves the thread that read it
//          where it is, for ever, and a_file_was_cut() tells the others.
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

    static void park_on_bus_error();
    static bool a_file_was_cut() noexcept;

   private:
    std::string name_;
    Descriptor file_;  // of the file that was there, whatever has its name now
    struct stat status_ = {};
};

}  // namespace heapkit::viewer
