// SPDX-License-Identifier: MIT
//
// The state page: what every event reads, in one cache line, on a page that the kernel wipes in a forked child.
//
// Side:    agent, floor 2 (record).
// Threads: read by all on every event, written seldom: at a tick, a request, a change of modules.
// Fork:    MADV_WIPEONFORK. A zero `mode` on a started recorder means "this is another process": fork, _Fork and raw
//          clone alike. A vfork child shares memory, and its page is intact.
#pragma once

#include <atomic>
#include <cstdint>

namespace prof {

enum Mode : uint32_t {
    mode_started = 1,  // never zero in the process that started
    mode_stopped = 2,  // new blocks are not recorded, frees of known ones are
    mode_request = 4,  // somebody waits for the service
};

struct alignas(64) State {
    std::atomic<uint32_t> mode;        // mode_started alone: the fast path; anything else: look closer
    std::atomic<uint32_t> tick;        // index of the newest timeline sample
    std::atomic<uint64_t> rule_epoch;  // raised when rules and memos may be out of date
    uintptr_t loader_start;            // the dynamic linker's code: its allocations announce new modules
    uintptr_t loader_bytes;
    std::atomic<uint32_t> threaded;  // a second thread has been seen; never goes back
    uint32_t pid;
    std::atomic<uint64_t> tick_due_ns;  // monotonic time of the next tick
};

inline constinit State unmapped_state{};
inline constinit State* state_page = &unmapped_state;  // set once by start_state()

inline State& state() noexcept { return *state_page; }

inline bool is_loader(uintptr_t pc) noexcept { return pc - state().loader_start < state().loader_bytes; }

// Maps the page. False: no memory.
bool start_state() noexcept;

// What a forked child gets its page back from: ordinary memory, so the child has a copy. Written with the page.
extern State shadow;

inline void set_tick(uint32_t tick) noexcept {
    shadow.tick.store(tick, std::memory_order_relaxed);
    state().tick.store(tick, std::memory_order_release);
}

// Rules and memos are worked out again before they are used.
inline void raise_rule_epoch() noexcept {
    shadow.rule_epoch.fetch_add(1, std::memory_order_relaxed);
    state().rule_epoch.fetch_add(1, std::memory_order_release);
}

// After a fork: the page filled again, for this process.
void restore_state() noexcept;

}  // namespace prof
