// SPDX-License-Identifier: MIT
//
// System calls by hand: see syscalls.h.
//
// Side:    agent, floor 1 (base).
#include "syscalls.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

namespace prof::sys {

long call(long number, long a, long b, long c, long d, long e, long f) noexcept {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

namespace {
long address(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }
}  // namespace

int open(const char* path, int flags, int mode) noexcept {
    return static_cast<int>(call(__NR_openat, AT_FDCWD, address(path), flags | O_CLOEXEC, mode));
}

int close(int fd) noexcept { return static_cast<int>(call(__NR_close, fd)); }

long read(int fd, void* to, size_t bytes) noexcept {
    return call(__NR_read, fd, address(to), static_cast<long>(bytes));
}

long write(int fd, const void* from, size_t bytes) noexcept {
    return call(__NR_write, fd, address(from), static_cast<long>(bytes));
}

long pwrite(int fd, const void* from, size_t bytes, uint64_t offset) noexcept {
    return call(__NR_pwrite64, fd, address(from), static_cast<long>(bytes), static_cast<long>(offset));
}

long pwrite_all(int fd, const void* from, size_t bytes, uint64_t offset) noexcept {
    const char* at = static_cast<const char*>(from);
    size_t left = bytes;
    while (left != 0) {
        long wrote = pwrite(fd, at, left, offset);
        if (wrote == -EINTR) continue;
        if (wrote < 0) return wrote;
        if (wrote == 0) return -ENOSPC;
        at += wrote;
        offset += static_cast<uint64_t>(wrote);
        left -= static_cast<size_t>(wrote);
    }
    return static_cast<long>(bytes);
}

int rename(const char* from, const char* to) noexcept {
    return static_cast<int>(call(__NR_renameat2, AT_FDCWD, address(from), AT_FDCWD, address(to), 0));
}

int unlink(const char* path) noexcept { return static_cast<int>(call(__NR_unlinkat, AT_FDCWD, address(path), 0)); }

int mkdir(const char* path, int mode) noexcept {
    return static_cast<int>(call(__NR_mkdirat, AT_FDCWD, address(path), mode));
}

int getpid() noexcept { return static_cast<int>(call(__NR_getpid)); }

int gettid() noexcept { return static_cast<int>(call(__NR_gettid)); }

void* mmap(void* at, size_t bytes, int protection, int flags, int fd, uint64_t offset) noexcept {
    long result = call(__NR_mmap, address(at), static_cast<long>(bytes), protection, flags, fd,
                       static_cast<long>(offset));
    return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}

int munmap(void* start, size_t bytes) noexcept {
    return static_cast<int>(call(__NR_munmap, address(start), static_cast<long>(bytes)));
}

int madvise(void* start, size_t bytes, int advice) noexcept {
    return static_cast<int>(call(__NR_madvise, address(start), static_cast<long>(bytes), advice));
}

void exit_group(int code) noexcept {
    for (;;) call(__NR_exit_group, code);
}

}  // namespace prof::sys
