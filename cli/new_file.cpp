// SPDX-License-Identifier: MIT
//
// See new_file.h.
//
// Side: our process, cli.
#include "new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace heapkit::cli {

NewFile::NewFile(std::string path, mode_t mode)
    : path_(std::move(path)), unfinished_(path_ + "." + std::to_string(getpid()) + ".part") {
    unlink(unfinished_.c_str());
    file_ = Descriptor(open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file_) error_ = errno;
}

NewFile::~NewFile() {
    if (file_) unlink(unfinished_.c_str());
}

void NewFile::write(std::string_view content) {
    while (error_ == 0 && !content.empty()) {
        const ssize_t wrote = ::write(file_.number(), content.data(), content.size());
        if (wrote < 0 && errno != EINTR) error_ = errno;
        if (wrote > 0) content.remove_prefix(static_cast<size_t>(wrote));
    }
}

int NewFile::finish() {
    if (error_ == 0 && std::rename(unfinished_.c_str(), path_.c_str()) != 0) error_ = errno;
    if (error_ == 0) file_ = Descriptor();
    return error_;
}

int write_new_file(const std::string& path, std::string_view content, mode_t mode) {
    NewFile file(path, mode);
    file.write(content);
    return file.finish();
}

}  // namespace heapkit::cli
