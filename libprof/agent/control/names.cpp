// SPDX-License-Identifier: MIT
//
// Names. Side: agent, floor 4 (control). See names.h.
#include "control/names.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/syscalls.h"

namespace prof::names {

namespace {

char executable_path[1024];

}  // namespace

void start() noexcept {
    const long got = sys::call(__NR_readlink, reinterpret_cast<long>("/proc/self/exe"),
                               reinterpret_cast<long>(executable_path), sizeof executable_path - 1);
    executable_path[got > 0 ? got : 0] = '\0';
}

const char* executable() noexcept { return executable_path; }

// As it was started, which says more than the file's own name where that is one for many; fexecve() makes a number of
// it.
const char* program() noexcept {
    const auto started_as = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    const bool says_more = started_as != nullptr && *started_as != '\0' && !starts_with(started_as, "/dev/fd/");
    const char* name = base_name(says_more ? started_as : executable_path);
    return *name != '\0' ? name : "program";
}

void snapshot_path(const char* folder, uint32_t number, Path& path) noexcept {
    path.clear();
    path.add(folder).add('/').add(program()).add('.').add_number(static_cast<uint64_t>(sys::getpid()));
    path.add('.').add_number(number).add(".heap");
}

void absolute(const char* path, Path& out) noexcept {
    out.clear();
    if (*path != '/') {
        char folder[1024];
        if (sys::call(__NR_getcwd, reinterpret_cast<long>(folder), sizeof folder) > 0) out.add(folder).add('/');
    }
    out.add(path);
}

// A link that leads nowhere is there too: somebody may have put it in the way.
bool exists(const char* path) noexcept {
    struct stat facts;
    return sys::call(__NR_newfstatat, AT_FDCWD, reinterpret_cast<long>(path), reinterpret_cast<long>(&facts),
                     AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace prof::names
