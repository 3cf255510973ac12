// SPDX-License-Identifier: MIT
//
// One line to standard error: see log.h.
//
// Side:    agent, floor 1 (base).
#include "log.h"

#include <errno.h>

#include <atomic>

#include "syscalls.h"

namespace prof {
namespace {

constexpr size_t kLineBytes = 512;
std::atomic<bool> quiet{false};

size_t append(char* line, size_t used, const char* text) noexcept {
    while (*text != 0 && used < kLineBytes - 1) line[used++] = *text++;
    return used;
}

struct ErrorName {
    int error;
    const char* text;
};

constexpr ErrorName kErrorNames[] = {
    {EPERM, "EPERM (operation not permitted)"},     {ENOENT, "ENOENT (no such file or directory)"},
    {EIO, "EIO (input/output error)"},              {EBADF, "EBADF (bad file descriptor)"},
    {EAGAIN, "EAGAIN (no resources now)"},          {ENOMEM, "ENOMEM (no memory)"},
    {EACCES, "EACCES (permission denied)"},         {EEXIST, "EEXIST (file exists)"},
    {ENOTDIR, "ENOTDIR (not a directory)"},         {EISDIR, "EISDIR (is a directory)"},
    {EINVAL, "EINVAL (invalid argument)"},          {EMFILE, "EMFILE (too many open files)"},
    {EFBIG, "EFBIG (file too large)"},              {ENOSPC, "ENOSPC (no space left on the device)"},
    {EROFS, "EROFS (read-only file system)"},       {ENAMETOOLONG, "ENAMETOOLONG (name too long)"},
    {ENOSYS, "ENOSYS (not offered by the kernel)"}, {ELOOP, "ELOOP (too many symbolic links)"},
    {EDQUOT, "EDQUOT (disk quota exceeded)"},       {ETIMEDOUT, "ETIMEDOUT (timed out)"},
};

}  // namespace

void log_line(const char* a, const char* b, const char* c, const char* d, const char* e, const char* f) noexcept {
    if (quiet.load(std::memory_order_relaxed)) return;
    char line[kLineBytes];
    size_t used = append(line, 0, "heapkit: ");
    for (const char* part : {a, b, c, d, e, f}) used = append(line, used, part);
    line[used++] = '\n';
    sys::write(2, line, used);
}

const char* error_text(int error, char (&buffer)[32]) noexcept {
    if (error < 0) error = -error;
    for (const ErrorName& known : kErrorNames)
        if (known.error == error) return known.text;
    char number[24];
    const char* text = digits(static_cast<uint64_t>(error), number);
    size_t used = 0;
    for (const char* part : {"error ", text})
        while (*part != 0 && used < sizeof(buffer) - 1) buffer[used++] = *part++;
    buffer[used] = 0;
    return buffer;
}

const char* digits(uint64_t value, char (&buffer)[24]) noexcept {
    char* at = buffer + sizeof(buffer) - 1;
    *at = 0;
    do {
        *--at = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return at;
}

void set_quiet(bool on) noexcept { quiet.store(on, std::memory_order_relaxed); }

}  // namespace prof
