// SPDX-License-Identifier: MIT
//
// A lock that gives up. Writers of the agent's tables take it; readers never do.
//
// Side:    agent, floor 1 (base).
// Threads: mutual exclusion; yields the processor while it waits, for about a second at most.
// Signals: taken inside the reentrancy guard only, so a handler on the same thread never waits for its own lock. A
//          handler that interrupts the holder and jumps away (siglongjmp) leaves it taken: the same thread then finds
//          itself the holder, and holds it again.
// Fork:    a forked child may inherit it held by a thread that is gone: the child calls reset() before it records.
#pragma once

#include <asm/unistd.h>

#include <atomic>
#include <cstdint>

#include "syscalls.h"

namespace prof {

class Lock {
   public:
    [[nodiscard]] bool take() noexcept {
        const uintptr_t self = this_thread();
        for (int i = 0; i < max_tries; ++i) {
            uintptr_t holder = 0;
            if (holder_.compare_exchange_weak(holder, self, std::memory_order_acquire)) return true;
            if (holder == self) return true;
            if (i > 64) sys::call(__NR_sched_yield);
        }
        return false;
    }
    void give() noexcept { holder_.store(0, std::memory_order_release); }
    void reset() noexcept { holder_.store(0, std::memory_order_release); }

   private:
    static constexpr int max_tries = 1 << 20;

    // Its thread pointer: known without a system call, and no two threads that live have the same.
    static uintptr_t this_thread() noexcept {
        uintptr_t pointer;
        asm("movq %%fs:0, %0" : "=r"(pointer));
        return pointer;
    }

    std::atomic<uintptr_t> holder_{0};  // its thread, 0 for none
};

// Holds a lock for a scope, or knows that it could not.
class Hold {
   public:
    explicit Hold(Lock& lock) noexcept : lock_(lock), held_(lock.take()) {}
    ~Hold() {
        if (held_) lock_.give();
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    explicit operator bool() const noexcept { return held_; }

   private:
    Lock& lock_;
    bool held_;
};

}  // namespace prof
