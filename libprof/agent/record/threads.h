// SPDX-License-Identifier: MIT
//
// What the recorder keeps for each thread.
//
// Side:    agent, floor 2 (record).
// Threads: a Thread is written by its owner alone; a snapshot reads it in a frozen copy.
// Memory:  one pointer of thread-local storage; the rest in the arena. No destructor runs when a thread ends: a slot
//          whose thread is gone is found, emptied and used again when another thread begins.
#pragma once

#include <atomic>
#include <cstdint>

#include <prof/format.h>

#include "cfi.h"
#include "counters.h"
#include "memo.h"
#include "paths.h"
#include "tables.h"

namespace prof {

// A frame that a walk has just found, innermost first.
struct Fresh {
    uint64_t pc;
    uint64_t stack_pointer;
    uint64_t frame_pointer;
    uint64_t rule;  // rules::Rule; the slow walk fills in the generation alone
};

// The block of malloc in which this thread last reported one of its own (reported.cpp).
struct Around {
    uintptr_t start, end;  // both 0: there was none yet
    uint64_t first;        // the block's first entry; 0: no block is here,
    uint32_t tick;         // which was so at this tick
};

struct TagCache;
struct Scopes;

struct alignas(64) Thread {
    std::atomic<uintptr_t> inside;  // stack pointer at which the recorder was entered; 0: it is not at work
    uint32_t countdown;             // events until the clock is read
    uint32_t slot;                  // 1 … ; what blocks remember
    uint32_t tid;
    uintptr_t last_block;             // newest block of this thread, for "temporary"
    uintptr_t stack_low, stack_high;  // the native stack, where the memo may be trusted; both 0: unknown
    Memo memo;
    Fresh* fresh;  // memo.capacity of them
    Paths* paths;
    counters::Cache* cache;             // null while the process has one thread
    cfi::Program* program;              // working space
    uintptr_t probed_low, probed_high;  // part of another stack that is known to be readable
    void* in_flight;                    // a block between two steps of realloc
    uint64_t in_flight_bytes;
    uint64_t in_flight_entry;
    uintptr_t pointer;      // the thread pointer: its control block, with its thread-local storage around
    uintptr_t freed_above;  // newest block that a hook above free took out
    Around around;
    TagCache* tags;  // null until this thread allocates with a tag (tags.h)
    Scopes* scopes;  // null until it enters a scope
    uint64_t random;  // of its sampler (sampler.h)
    uint32_t first_tick;
    bool abandoned;  // its thread is gone; the slot waits
};

namespace threads {

inline constexpr uint32_t first_frames = 256;
inline constexpr uint32_t max_frames = 1u << 20;

// This thread's, or null before its first event. `tag`: of what it allocates next (tags.h). `starting`: inside
// enroll(), or loading libunwind.
struct Local {
    Thread* thread;
    uint64_t tag;
    uint32_t starting;
    uint64_t until_sample;  // bytes, of a recorder that samples (sampler.h); 0: not drawn yet
    uint64_t put_off;       // the same: what until_sample is when the next allocation has been looked at
    uintptr_t last_seen;    // the same: this thread's newest block; 0: that was not in the sample
};
extern thread_local constinit Local local __attribute__((tls_model("initial-exec")));

// Whether libc knows of no second thread: false before it makes one, by the word of the thread that makes it. True
// where libc does not say.
extern const char* alone_word;  // __libc_single_threaded, since glibc 2.32
inline bool is_alone_for_libc() noexcept { return __atomic_load_n(alone_word, __ATOMIC_RELAXED) != 0; }

// Makes the Thread of this thread. Null: no memory, or no slot.
Thread* enroll() noexcept;

// More room for frames, four times as much. False: no memory, or the bound is reached.
bool grow(Thread& thread) noexcept;

// Gives every thread a counter cache of its own; called when a second thread appears.
counters::Cache* make_cache() noexcept;

// Once, before anything is recorded.
void start() noexcept;
void after_fork(Thread& survivor) noexcept;
// Does it unless another thread has ever recorded in this process; meanwhile none can begin. False: not done.
bool while_alone(void (*act)() noexcept) noexcept;

uint32_t count() noexcept;  // living slots and the history of reused ones
void read(uint32_t index, tables::Thread& out) noexcept;
uint32_t living() noexcept;  // slots in use, but for those of a forked child's parent
void hand_over_all() noexcept;  // in a frozen copy

}  // namespace threads
}  // namespace prof
