// SPDX-License-Identifier: MIT
//
// One line to standard error. Side: agent, floor 1 (base). See log.h.
#include "base/log.h"

#include <errno.h>
#include <stddef.h>

#include "base/syscalls.h"

namespace prof {

namespace {

bool is_quiet = false;

struct ErrorName {
    int error;
    const char* text;
};

constexpr ErrorName error_names[] = {
    {EACCES, "permission denied"},     {EPERM, "operation not permitted"},
    {ENOENT, "no such file or folder"}, {ENOTDIR, "not a folder"},
    {EISDIR, "is a folder"},           {EEXIST, "is no regular file"},
    {ENOSPC, "no space left on the device"}, {EDQUOT, "disk quota exceeded"},
    {EFBIG, "file size limit reached"}, {EROFS, "read-only file system"},
    {EMFILE, "too many open files"},   {ENFILE, "too many open files in the system"},
    {ENOMEM, "out of memory"},         {EAGAIN, "a limit on processes or memory was reached"},
    {ELOOP, "is a symbolic link"},     {ENAMETOOLONG, "file name too long"},
    {EIO, "input/output error"},       {EBUSY, "another snapshot is being written"},
    {EINVAL, "invalid argument"},      {ENOSYS, "not known to this kernel"},
    {ETIMEDOUT, "took too long"},      {EDEADLK, "called from a signal handler that interrupted an allocation"},
};

}  // namespace

const char* digits(uint64_t value, char (&buffer)[24]) noexcept {
    char* at = buffer + sizeof(buffer) - 1;
    *at = '\0';
    do {
        *--at = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return at;
}

const char* error_text(int error, char (&buffer)[32]) noexcept {
    for (const ErrorName& known : error_names) {
        if (known.error == error) return known.text;
    }
    char number[24];
    const char* from = digits(static_cast<uint64_t>(error < 0 ? 0 : error), number);
    size_t at = 0;
    for (const char* word = "error "; *word != '\0'; ++word) buffer[at++] = *word;
    while (*from != '\0' && at + 1 < sizeof(buffer)) buffer[at++] = *from++;
    buffer[at] = '\0';
    return buffer;
}

void set_quiet(bool quiet) noexcept { is_quiet = quiet; }

void log_line(const char* a, const char* b, const char* c, const char* d, const char* e, const char* f) noexcept {
    if (is_quiet) return;
    char line[512];
    size_t at = 0;
    const char* const parts[] = {"heapkit: ", a, b, c, d, e, f};
    for (const char* part : parts) {
        while (*part != '\0' && at + 1 < sizeof(line)) line[at++] = *part++;
    }
    line[at++] = '\n';
    sys::write(2, line, at);
}

}  // namespace prof
