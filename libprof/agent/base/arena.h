// SPDX-License-Identifier: MIT
//
// Memory for the agent's own tables: pages from mmap, handed out front to back, never given back.
//
// Side:    agent, floor 1 (base).
// Threads: lock-free; two callers never get the same bytes.
// Signals: async-signal-safe.
// Memory:  zeroed, private (so a forked child has its own copy). Null when the kernel gives none; the caller counts
//          the loss.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::arena {

// `bytes` of zeroed memory, aligned to 64. Requests of 256 KiB or more get a mapping of their own.
void* take(size_t bytes) noexcept;

// A mapping of its own, for tables that are replaced when they grow; `unmap` gives it back. `populated`: with its
// pages, all of which will be written to soon: one system call and not a fault for each.
void* map(size_t bytes, bool populated = false) noexcept;
void unmap(void* start, size_t bytes) noexcept;

// A mapping that somebody else of ours made, and keeps: listed and counted like those above.
void adopt(void* start, size_t bytes) noexcept;

// Our mappings, for whoever looks at all of the process's memory and wants to leave ours out. Entry i may be empty.
// Those beyond the bound are not listed.
struct Extent {
    uintptr_t start, end;
};
size_t extent_count() noexcept;
Extent extent(size_t i) noexcept;

// Everything mapped and not given back, in bytes.
uint64_t mapped_bytes() noexcept;

}  // namespace prof::arena
