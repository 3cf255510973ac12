// SPDX-License-Identifier: MIT
//
// See other_files.h.
//
// Side: our process, cli.
#include "process/other_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/descriptor.h"
#include "new_file.h"
#include "request.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

std::string root_of(pid_t pid) { return "/proc/" + std::to_string(pid) + "/root"; }

bool is_same(const std::string& a, const std::string& b) {
    struct stat one {
    }, other{};
    return stat(a.c_str(), &one) != 0 || stat(b.c_str(), &other) != 0 ||
           (one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

// The folder of `path`, resolved as if the process's root were ours.
Descriptor folder_in(pid_t pid, const fs::path& path) {
    const Descriptor root(open(root_of(pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return Descriptor();
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return Descriptor(
        static_cast<int>(syscall(SYS_openat2, root.number(), path.parent_path().c_str(), &how, sizeof how)));
}

// 0, or errno of reading.
int copy(const Descriptor& from, NewFile& to) {
    char buffer[64 << 10];
    for (;;) {
        const ssize_t got = read(from.number(), buffer, sizeof buffer);
        if (got < 0) return errno;
        if (got == 0 || to.error() != 0) return 0;
        to.write({buffer, static_cast<size_t>(got)});
    }
}

}  // namespace

bool has_own_files(pid_t pid) {
    const std::string process = "/proc/" + std::to_string(pid);
    return !is_same(process + "/root", "/proc/self/root") || !is_same(process + "/ns/mnt", "/proc/self/ns/mnt");
}

fs::path seen_from_here(pid_t pid, const fs::path& path) { return root_of(pid) + path.string(); }

Result<void> take_out(pid_t pid, const fs::path& path, const fs::path& output) {
    const Descriptor folder = folder_in(pid, path);
    const std::string name = path.filename().string();
    const Descriptor from(openat(folder.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat facts {};
    if (!from || fstat(from.number(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return Error{"cannot open " + seen_from_here(pid, path).string() + ": " + std::strerror(errno), ""};
    NewFile to(output.string(), 0600);
    const int read_error = copy(from, to);
    if (const int error = read_error != 0 ? read_error : to.finish())
        return Error{"cannot write " + output.string() + ": " + std::strerror(error),
                     "The snapshot is " + seen_from_here(pid, path).string()};
    unlinkat(folder.number(), name.c_str(), 0);
    return {};
}

}  // namespace heapkit::cli
