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

// False: errno says why.
bool copy(const Descriptor& from, const Descriptor& to) {
    char buffer[64 << 10];
    for (;;) {
        const ssize_t got = read(from.number(), buffer, sizeof buffer);
        if (got <= 0) return got == 0;
        for (ssize_t done = 0; done < got;) {
            const ssize_t wrote = write(to.number(), buffer + done, static_cast<size_t>(got - done));
            if (wrote < 0) return false;
            done += wrote;
        }
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
    const std::string unfinished = output.string() + ".part";
    const Descriptor to(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!to || !copy(from, to) || std::rename(unfinished.c_str(), output.c_str()) != 0) {
        const int error = errno;
        unlink(unfinished.c_str());
        return Error{"cannot write " + output.string() + ": " + std::strerror(error),
                     "The snapshot is " + seen_from_here(pid, path).string()};
    }
    unlinkat(folder.number(), name.c_str(), 0);
    return {};
}

}  // namespace heapkit::cli
