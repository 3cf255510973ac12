// SPDX-License-Identifier: MIT
//
// What a recorded process shares with heapkit run (prof/shared.h): stacks and their counters, read while it lives or
// after it died.
//
// Side:    heap, floor 2 (read).
// Threads: const after read().
// Memory:  a copy: 12 bytes a call tree node, 72 a stack, 1 KiB a module.
//
// The process may have written anything there. Everything is copied first and checked then, so that nothing changes
// between the two; totals are believed only as far as the memory behind them was ever touched; what is out of range is
// put right and counted. It is read with pread(), which neither faults nor makes pages of the holes in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <prof/shared.h>

#include <heapkit/result.h>
#include "read/tags.h"

namespace heapkit::read {

struct SharedTables {
    uint32_t owner = 0, parent_pid = 0;
    prof_shared_state state = PROF_SHARED_FREE;
    uint32_t threads = 0;  // that may hold something back
    uint64_t run_id = 0, start_unix_ns = 0;
    bool is_forked = false;        // by a recorded process; it has not become another program
    uint64_t inherited_bytes = 0;  // of a forked child: what lived at the fork
    uint64_t inherited_blocks = 0;
    uint64_t sample_bytes = 0;  // 0, or what is counted here is an estimate by a sample (prof_process)
    prof_shared_totals totals = {};
    std::string program, executable;
    std::vector<uint64_t> losses;  // by prof_loss
    std::vector<prof_shared_module> modules;
    std::vector<uint64_t> node_pc;
    std::vector<uint32_t> node_caller;  // smaller than the node
    struct Stack {
        uint32_t node = 0, flags = 0;
        prof_shared_counters counters = {};  // what lives is not negative
    };
    std::vector<Stack> stacks;  // 0 is "unknown"
    bool is_cut = false;        // later stacks are not here
    uint64_t damaged = 0;       // entries that could not be as they were

    // The frame that called malloc: what declared types and domains are called is not shared, so their tags say nothing
    // here, and no stack has one.
    uint32_t without_tag(uint32_t node) const noexcept;
    // Live bytes that the threads had not handed in are at most so many, either way.
    uint64_t pending_bytes() const noexcept;
};

// Whether `fd` is such memory, and how many slots it has; 0: it is not.
uint32_t shared_slots(int fd);
// Who has a slot, and what it says of itself; each a word that may be anything.
struct SlotFacts {
    uint32_t owner = 0;  // 0: nobody
    prof_shared_state state = PROF_SHARED_FREE;
    uint32_t without_slot = 0;  // processes that could not be seen: in slot 0 those that found none
};
SlotFacts shared_facts(int fd, uint32_t slot);
inline uint32_t shared_owner(int fd, uint32_t slot) { return shared_facts(fd, slot).owner; }

// Errors: the slot is nobody's, or its head is not one.
Result<SharedTables> read_shared_tables(int fd, uint32_t slot);

}  // namespace heapkit::read
