// SPDX-License-Identifier: MIT
//
// fstat() of a descriptor that was opened at the beginning.
//
// Side: viewer/server.
#include "server/snapshot_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace heapkit::viewer {
namespace {

bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

[[noreturn]] void say_and_end(int) {
    static constexpr char sentence[] =
        "heapkit: a file that is being read was truncated: a snapshot, or a module with debug information\n"
        "         Put it back, or take the snapshot again, and start anew.\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, sentence, sizeof(sentence) - 1);
    _exit(2);
}

}  // namespace

SnapshotWatch::SnapshotWatch(std::string name, const std::filesystem::path& path)
    : name_(std::move(name)), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ && fstat(file_.number(), &status_) != 0) file_ = Descriptor();
}

Result<void> SnapshotWatch::still_there() const {
    struct stat now;
    if (!file_ || fstat(file_.number(), &now) != 0 || is_same(now, status_)) return {};
    return Error{name_ + (now.st_size < status_.st_size ? " was truncated" : " was written to") + " while it was shown",
                 "Take the snapshot again, or put it back, and start heapkit view anew."};
}

void SnapshotWatch::on_bus_error() {
    struct sigaction action = {};
    action.sa_handler = say_and_end;
    sigaction(SIGBUS, &action, nullptr);
}

}  // namespace heapkit::viewer
