// SPDX-License-Identifier: MIT
//
// A file on its way: beside its place, under a name that was not there before, never through a link; then renamed over
// whatever stood there. In a folder where others may write too, nobody can choose so what else is written to.
//
// Side: our process, cli.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace heapkit::cli {

class NewFile {
   public:
    // Other users have what `mode` and the umask leave them. See error().
    NewFile(std::string path, mode_t mode);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();  // takes away what is not finished

    void write(std::string_view content);
    // Gives it its name. 0 or errno; nothing is left then.
    int finish();

    int error() const noexcept { return error_; }  // the first one, 0: none

   private:
    std::string path_, unfinished_;
    Descriptor file_;
    int error_ = 0;
};

// All of it. 0 or errno.
int write_new_file(const std::string& path, std::string_view content, mode_t mode);

}  // namespace heapkit::cli
