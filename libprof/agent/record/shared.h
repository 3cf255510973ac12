// SPDX-License-Identifier: MIT
//
// Stacks and counters in memory that outlives the process: prof/shared.h.
//
// Side:    agent, floor 2 (record).
// Threads: start() before anything is recorded; the rest as it says.
// Memory:  the head is a page of our own data, over which the memory of heapkit run is mapped; columns are areas that
//          grow (base/area.h). Without such memory both are private, and nothing else differs: the hot path finds them
//          at the same addresses by the same instructions.
// Fork:    a forked child detaches before it touches a table, and reserves a slot of its own, by which nothing is
//          copied yet; record/child.h says when it is filled. The copy that writes a snapshot works on counters as they
//          were when it was made.
#pragma once

#include <prof/shared.h>

#include "base/area.h"

namespace prof {

extern prof_shared shared_page;

namespace shared {

struct Columns {
    Area modules, leaves, counters, nodes;
};
extern Columns columns;

struct ColumnBytes {
    size_t modules, leaves, counters, nodes;
};

// Takes a slot of the memory at `path`. False: nothing is shared, as when `path` is "" or what it names is not such
// memory or is full. Before the tables begin.
bool start(const char* path, const ColumnBytes& first) noexcept;
// Whether others see what this process counts.
bool is_on() noexcept;

void set_state(prof_shared_state state) noexcept;  // of this process alone: not from a child that shares its memory
void set_names(const char* program, const char* executable, uint64_t run_id) noexcept;

// In a forked child: all of it private. False: no memory; nothing may be touched any more.
struct Used {
    uint32_t modules, leaves, nodes;
};
bool detach(const Used& used) noexcept;

// The child's own slot. It is reserved at once, while the child may still open what heapkit run gave it: later it may
// be another user, in another root, or have a filter on its system calls. To fill it takes no new kind of call.
void reserve() noexcept;
bool is_reserved() noexcept;  // and not yet filled
enum class Filled {
    yes,
    no,       // private as before
    damaged,  // nothing may be touched any more
};
Filled fill(const Used& used) noexcept;  // while no other thread records
void give_up() noexcept;                 // it will not be filled, and that is counted
// A process that ends or becomes another program: what it has reserved goes back.
void leave() noexcept;

// For a snapshot: before the clone a copy of the counters of `stacks`; afterwards it is dropped. In the copy of the
// process, counters are those. Without memory they are as they are when the copy begins, and that is a loss.
void keep_counters(uint32_t stacks) noexcept;
void drop_counters() noexcept;
void use_counters() noexcept;

}  // namespace shared
}  // namespace prof
