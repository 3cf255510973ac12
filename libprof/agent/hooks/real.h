// SPDX-License-Identifier: MIT
//
// The allocator that the program would have without us.
//
// Side:    agent, floor 5 (hooks).
// Threads: found once, by the constructor or by the first call that comes before it; then constant.
//
// Each pointer first points to a function that finds them all and calls the right one, so that the hooks need no test.
#pragma once

#include <cstddef>

namespace prof {

struct Real {
    void* (*malloc)(size_t size);
    void* (*calloc)(size_t count, size_t size);
    void* (*realloc)(void* block, size_t size);
    void (*free)(void* block);
    int (*posix_memalign)(void** block, size_t alignment, size_t size);
    void* (*aligned_alloc)(size_t alignment, size_t size);
    void* (*memalign)(size_t alignment, size_t size);
    void* (*valloc)(size_t size);
    void* (*pvalloc)(size_t size);
    void (*free_sized)(void* block, size_t size);
    void (*free_aligned_sized)(void* block, size_t alignment, size_t size);
};

extern Real real;

// False: not found, or being found at this moment.
bool find_real() noexcept;

}  // namespace prof
