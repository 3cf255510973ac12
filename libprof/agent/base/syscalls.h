// SPDX-License-Identifier: MIT
//
// System calls without libc in between: no errno, no cancellation points, nothing that a program can interpose.
//
// Side:    agent, floor 1 (base).
// Signals: async-signal-safe.
// Each returns what the kernel returns: a negative value is -errno.
#pragma once

#include <cstddef>
#include <cstdint>

struct iovec;
struct timespec;

namespace prof::sys {

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept;

int open(const char* path, int flags, int mode = 0) noexcept;  // O_CLOEXEC is added
int close(int fd) noexcept;
long read(int fd, void* to, size_t bytes) noexcept;
long write(int fd, const void* from, size_t bytes) noexcept;
long pwrite(int fd, const void* from, size_t bytes, uint64_t offset) noexcept;
// Writes all of it or says why not (-errno; -ENOSPC when the kernel takes nothing).
long pwrite_all(int fd, const void* from, size_t bytes, uint64_t offset) noexcept;
int rename(const char* from, const char* to) noexcept;
int unlink(const char* path) noexcept;
int mkdir(const char* path, int mode) noexcept;
int getpid() noexcept;
int gettid() noexcept;
void* mmap(void* at, size_t bytes, int protection, int flags, int fd = -1, uint64_t offset = 0) noexcept;  // null: no
int munmap(void* start, size_t bytes) noexcept;
int madvise(void* start, size_t bytes, int advice) noexcept;
[[noreturn]] void exit_group(int code) noexcept;

}  // namespace prof::sys
