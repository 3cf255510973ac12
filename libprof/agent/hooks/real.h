// SPDX-License-Identifier: MIT
//
// The allocator that the program would have without us.
//
// Side:    agent, floor 5 (hooks).
// Threads: found once, by the constructor or by the first call that comes before it; then constant.
//
// A program may have an allocator of its own that stands ahead of us: linked into the executable, or preloaded before.
// Then what of the family it has never comes here, and the rest must fit it: it is handed on to whom it would reach
// without us, and what allocates by calling malloc, such as libc's reallocarray, reaches the program's.
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
    void* (*reallocarray)(void* block, size_t count, size_t size);  // null: ours, by realloc
    void (*free_sized)(void* block, size_t size);
    void (*free_aligned_sized)(void* block, size_t alignment, size_t size);
};

extern Real real;

// False: not found, or being found at this moment.
bool find_real() noexcept;

// The path of the module whose malloc stands ahead of ours, "" for the executable; null: ours is the first.
// After find_real().
const char* allocator_ahead() noexcept;

}  // namespace prof
