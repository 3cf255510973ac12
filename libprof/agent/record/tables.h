// SPDX-License-Identifier: MIT
//
// What the recorder knows, for those who write it down: blocks in address order, stacks, counters, time, threads,
// modules, losses.
//
// Side:    agent, floor 2 (record). Used by snapshot/ and control/.
// Threads: meant for the frozen child of a snapshot, where nothing moves. Totals and losses may be read at any time.
// Memory:  reads only.
#pragma once

#include <cstddef>
#include <cstdint>

#include <prof/format.h>

namespace prof::tables {

struct Block {
    uintptr_t address;
    uint64_t size_bytes;
    uint32_t stack;   // 0: unknown
    uint32_t birth;   // tick
    uint32_t thread;  // slot, 0: unknown
};

// Walks all live blocks in address order:  for (BlockCursor c; c.next(block);) …
// Of both planes it keeps what comes next, so that each is gone through once, however few blocks the other has.
class BlockCursor {
   public:
    bool next(Block& block) noexcept;

   private:
    struct Ahead {
        Block block{};
        bool is_there = true;  // or it is at the end
        bool is_used = true;   // look for the next one
    };
    uintptr_t at_ = 0;  // first address not yet looked at
    Ahead coarse_, fine_;
};

// Call tree nodes. Node 0 is the empty stack.
struct Node {
    uint64_t pc;  // generation << 48 | return address
    uint32_t parent;
};
uint32_t node_count() noexcept;
Node node(uint32_t index) noexcept;

// What heapkit run shares with us (record/shared.h), before the tables begin.
void share(const char* path) noexcept;

// For a snapshot: the counters as they are when the process is cloned. Kept by the thread that stopped the others, and
// dropped by it when it has cloned.
void keep_counters() noexcept;
void drop_counters() noexcept;

// Per-stack counters, with everything that threads still hold back added in.
uint32_t stack_count() noexcept;
void stack(uint32_t index, prof_stack& out) noexcept;
// Folds what threads hold back into the shared counters; only in the frozen child, before stack() and totals().
void fold_thread_counters() noexcept;

struct Totals {
    uint64_t live_bytes, live_blocks;
    uint64_t peak_bytes, peak_blocks, peak_error_bytes;
    uint64_t allocated_bytes, allocated_blocks;
    uint64_t temporary_blocks;
};
Totals totals() noexcept;

// The timeline. `mark_snapshot` adds a tick and counts a snapshot: blocks born from now on carry a later or equal tick.
uint32_t tick_count() noexcept;
prof_tick tick(uint32_t index) noexcept;
uint32_t mark_snapshot() noexcept;  // returns the tick that it made; called in the parent just before the freeze
uint64_t start_unix_ns() noexcept;
uint64_t elapsed_ns() noexcept;

// Threads that have allocated, dead ones included while their history lasts. `stack_*` and `slot` are filled here;
// registers and names of the living are the snapshot's business.
struct Thread {
    prof_thread facts;
    uintptr_t pointer;  // where its control block is
    Block in_flight;    // between two steps of realloc; address 0: none
};
uint32_t thread_count() noexcept;
void thread(uint32_t index, Thread& out) noexcept;

// Modules that the unwinder has met, with the generations in which they were there.
struct Module {
    uint64_t bias, start, end;
    uint16_t first_generation, last_generation;
    const char* path;  // as the dynamic linker has it, "" for the executable
    uint8_t build_id[PROF_BUILD_ID_BYTES];
    uint32_t build_id_bytes;
    uint64_t tls_module;
    uint64_t tls_bytes;  // of its thread-local variables
};
// Brings the list up to what is loaded now. Call before the freeze, in the parent (uses dl_iterate_phdr).
void refresh_modules() noexcept;
uint32_t module_count() noexcept;
const Module& module(uint32_t index) noexcept;

// Losses by prof_loss. Counting is lock-free and async-signal-safe.
void lose(prof_loss kind, uint64_t amount = 1) noexcept;
uint64_t lost(prof_loss kind) noexcept;

uint64_t own_bytes() noexcept;

}  // namespace prof::tables
