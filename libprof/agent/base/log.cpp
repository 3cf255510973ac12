// SPDX-License-Identifier: MIT
//
// One line to standard error. Side: agent, floor 1 (base). See log.h.
#include "base/log.h"

#include <asm/unistd.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include "base/syscalls.h"

namespace prof {

namespace {

bool is_quiet = false;

// The file that standard error was when we woke up. A program that closes it may have its data there.
struct File {
    bool is_open = false;
    uint64_t device = 0;
    uint64_t number = 0;
};
constinit File first_error{};

File file_of_error() noexcept {
    struct stat facts;
    if (sys::call(__NR_fstat, 2, reinterpret_cast<long>(&facts)) < 0) return {};
    return {.is_open = true, .device = facts.st_dev, .number = facts.st_ino};
}

bool is_standard_error() noexcept {
    const File now = file_of_error();
    return now.is_open && first_error.is_open && now.device == first_error.device && now.number == first_error.number;
}

struct ErrorName {
    int error;
    const char* text;
};

constexpr ErrorName error_names[] = {
    {EACCES, "permission denied"},
    {EPERM, "operation not permitted"},
    {ENOENT, "no such file or folder"},
    {ENOTDIR, "not a folder"},
    {EISDIR, "is a folder"},
    {EEXIST, "is no regular file"},
    {ENOSPC, "no space left on the device"},
    {EDQUOT, "disk quota exceeded"},
    {EFBIG, "file size limit reached"},
    {EROFS, "read-only file system"},
    {EMFILE, "too many open files"},
    {ENFILE, "too many open files in the system"},
    {ENOMEM, "out of memory"},
    {EAGAIN, "a limit on processes or memory was reached"},
    {ELOOP, "is a symbolic link"},
    {ENAMETOOLONG, "file name too long"},
    {EIO, "input/output error"},
    {EBUSY, "another snapshot is being written"},
    {EFAULT, "the copy of the process that writes it was killed"},
    {EINVAL, "invalid argument"},
    {ENOSYS, "not known to this kernel"},
    {ETIMEDOUT, "took too long"},
    {EDEADLK, "called from a signal handler that interrupted an allocation"},
};

constexpr uint64_t bit_of(int signal) noexcept { return uint64_t{1} << (signal - 1); }

// A broken pipe and a limit on file sizes are answered with a signal that ends most programs, and would do so for a
// line of ours: it is kept from this thread and taken back. What waited before, which only a blocked one can, goes on
// waiting.
void write_without_signal(const char* line, size_t bytes) noexcept {
    constexpr long mask_bytes = sizeof(uint64_t);
    const uint64_t kept_off = bit_of(SIGPIPE) | bit_of(SIGXFSZ);
    uint64_t before = 0, waiting = 0;
    sys::call(__NR_rt_sigprocmask, SIG_BLOCK, reinterpret_cast<long>(&kept_off), reinterpret_cast<long>(&before),
              mask_bytes);
    if ((before & kept_off) != 0) sys::call(__NR_rt_sigpending, reinterpret_cast<long>(&waiting), mask_bytes);
    const long written = sys::write(2, line, bytes);
    const uint64_t answer = written == -EPIPE ? bit_of(SIGPIPE) : written == -EFBIG ? bit_of(SIGXFSZ) : 0;
    const uint64_t ours = answer & ~waiting;
    const timespec at_once{};
    if (ours != 0) {
        sys::call(__NR_rt_sigtimedwait, reinterpret_cast<long>(&ours), 0, reinterpret_cast<long>(&at_once), mask_bytes);
    }
    sys::call(__NR_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&before), 0, mask_bytes);
}

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

void note_standard_error() noexcept { first_error = file_of_error(); }

void log_line(const char* a, const char* b, const char* c, const char* d, const char* e, const char* f) noexcept {
    if (is_quiet || !is_standard_error()) return;
    char line[512];
    size_t at = 0;
    const char* const parts[] = {"heapkit: ", a, b, c, d, e, f};
    for (const char* part : parts) {
        while (*part != '\0' && at + 1 < sizeof(line)) line[at++] = *part++;
    }
    line[at++] = '\n';
    write_without_signal(line, at);
}

}  // namespace prof
