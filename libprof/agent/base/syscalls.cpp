// SPDX-License-Identifier: MIT
//
// System calls for x86-64. Side: agent, floor 1 (base). See syscalls.h.
#include "base/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

namespace prof::sys {

namespace {

long from_pointer(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

// A system call that a signal interrupted before it did anything is simply made again.
template <typename Call>
long again_if_interrupted(Call one_try) noexcept {
    long result = one_try();
    for (int tries = 0; result == -EINTR && tries < 1000; ++tries) result = one_try();
    return result;
}

}  // namespace

#ifndef PROF_TEST_FAULTS  // tests/faults/inject.cpp has another one
long call(long number, long a, long b, long c, long d, long e, long f) noexcept {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#endif

int open(const char* path, int flags, int mode) noexcept {
    return static_cast<int>(
        again_if_interrupted([&] { return call(SYS_openat, AT_FDCWD, from_pointer(path), flags | O_CLOEXEC, mode); }));
}

int close(int fd) noexcept { return static_cast<int>(call(SYS_close, fd)); }

long read(int fd, void* to, size_t bytes) noexcept {
    return again_if_interrupted([&] { return call(SYS_read, fd, from_pointer(to), static_cast<long>(bytes)); });
}

long write(int fd, const void* from, size_t bytes) noexcept {
    return again_if_interrupted([&] { return call(SYS_write, fd, from_pointer(from), static_cast<long>(bytes)); });
}

long pwrite(int fd, const void* from, size_t bytes, uint64_t offset) noexcept {
    return again_if_interrupted([&] {
        return call(SYS_pwrite64, fd, from_pointer(from), static_cast<long>(bytes), static_cast<long>(offset));
    });
}

long pwrite_all(int fd, const void* from, size_t bytes, uint64_t offset) noexcept {
    const char* at = static_cast<const char*>(from);
    size_t left = bytes;
    while (left > 0) {
        const long done = pwrite(fd, at, left, offset);
        if (done < 0) return done;
        if (done == 0) return -ENOSPC;
        at += done;
        offset += static_cast<uint64_t>(done);
        left -= static_cast<size_t>(done);
    }
    return static_cast<long>(bytes);
}

int rename(const char* from, const char* to) noexcept {
    return static_cast<int>(call(SYS_rename, from_pointer(from), from_pointer(to)));
}

int unlink(const char* path) noexcept { return static_cast<int>(call(SYS_unlink, from_pointer(path))); }

int mkdir(const char* path, int mode) noexcept { return static_cast<int>(call(SYS_mkdir, from_pointer(path), mode)); }

int getpid() noexcept { return static_cast<int>(call(SYS_getpid)); }

int gettid() noexcept { return static_cast<int>(call(SYS_gettid)); }

void* mmap(void* at, size_t bytes, int protection, int flags, int fd, uint64_t offset) noexcept {
    const long result =
        call(SYS_mmap, from_pointer(at), static_cast<long>(bytes), protection, flags, fd, static_cast<long>(offset));
    return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}

int munmap(void* start, size_t bytes) noexcept {
    return static_cast<int>(call(SYS_munmap, from_pointer(start), static_cast<long>(bytes)));
}

int madvise(void* start, size_t bytes, int advice) noexcept {
    return static_cast<int>(call(SYS_madvise, from_pointer(start), static_cast<long>(bytes), advice));
}

void exit_group(int code) noexcept {
    for (;;) call(SYS_exit_group, code);
}

}  // namespace prof::sys
