// SPDX-License-Identifier: MIT
//
// fstat() of a descriptor that was opened at the beginning.
//
// Side: viewer/server.
#include "server/snapshot_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <utility>

namespace heapkit::viewer {
namespace {

bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

std::atomic<bool> was_cut = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // a handler sets it

// A bus error that somebody sent is none of a file's, and ends us as ever.
void park(int number, siginfo_t* info, void*) {
    if (info->si_code != BUS_ADRERR && info->si_code != BUS_OBJERR) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    was_cut = true;
    for (;;) pause();
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

void SnapshotWatch::park_on_bus_error() {
    struct sigaction action = {};
    action.sa_sigaction = park;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGBUS, &action, nullptr);
}

bool SnapshotWatch::a_file_was_cut() noexcept { return was_cut; }

}  // namespace heapkit::viewer
