// SPDX-License-Identifier: MIT
//
// Memory for requests that come before the real allocator is found: from the dynamic linker, from a constructor that
// runs before ours, from whoever we call while we look.
//
// Side:    agent, floor 5 (hooks).
// Threads: lock-free. Memory: a static buffer; what is taken from it is never given back.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::bootstrap {

inline constexpr size_t buffer_bytes = 64 << 10;
extern char buffer[buffer_bytes];

// Zeroed; null when the buffer is used up. `alignment` is a power of two.
void* take(size_t bytes, size_t alignment = 16) noexcept;

// One subtraction and one compare.
inline bool owns(const void* block) noexcept {
    return reinterpret_cast<uintptr_t>(block) - reinterpret_cast<uintptr_t>(buffer) < buffer_bytes;
}

// How much can be copied out of a block of ours.
size_t bytes_behind(const void* block) noexcept;

}  // namespace prof::bootstrap
