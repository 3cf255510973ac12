// SPDX-License-Identifier: MIT
//
// The next operator new or delete behind ours.
//
// Side:    agent, floor 5 (hooks).
// Threads: looked up by whoever comes first; looked up again after a dlclose, which may have taken it away.
//
//   provider                      its new and delete            we
//   libstdc++, libc++             call malloc and free          step aside: our malloc sees the block
//   an allocator, a custom one    work on their own             record what they give, unless malloc just did
//   none (C with a C++ plugin)    —                             fall through to malloc and free
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof {

class Operator {
   public:
    constexpr explicit Operator(const char* name) noexcept : name_(name) {}

    // Null: there is none.
    void* find() noexcept {
        if (__atomic_load_n(&generation_, __ATOMIC_ACQUIRE) == current_generation) [[likely]]
            return function_;
        return look_up();
    }
    // Whether it may work on its own. After find().
    bool works_alone() const noexcept { return works_alone_; }
    // Any definition at all, ahead of ours too: for when memory has run out and somebody must throw.
    void* anywhere() const noexcept;

    static void forget_all() noexcept { __atomic_fetch_add(&current_generation, 1, __ATOMIC_ACQ_REL); }

   private:
    void* look_up() noexcept;

    static uint32_t current_generation;
    const char* name_;
    void* function_ = nullptr;
    uint32_t generation_ = 0;
    bool works_alone_ = false;
    uint16_t misses_ = 0;
};

// Memory for an operator new without a provider; records it for `caller`.
struct Fallback {
    size_t size;
    size_t alignment;  // 0: malloc's
};

}  // namespace prof
