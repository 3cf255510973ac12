// SPDX-License-Identifier: MIT
//
// What the program's thread notes for the copy: facts that the copy can no longer find out.
//
// Side: agent, floor 3 (snapshot). Written before the clone, read in the child.
#pragma once

#include <cstdint>

#include "snapshot/freeze.h"
#include "snapshot/living.h"
#include "snapshot/segments.h"

namespace prof::snapshot {

using UsableSize = size_t (*)(void*);

struct Frozen {
    Order order;
    Registers registers;  // of the calling thread
    uintptr_t thread_pointer;
    uintptr_t main_thread_pointer;
    UsableSize usable_size;  // null: the allocator does not say
    uint32_t pid, parent_pid, tid;
    uint32_t tick;  // the one that the snapshot made
    uint64_t began_ns, snapshot_unix_ns, elapsed_ns;
    uint64_t own_bytes;
    const uint64_t* pause_ns;  // shared; the program writes it when the clone has returned
    const uint64_t* ran;       // shared; threads that ran meanwhile
    Living living;
    Segments segments;
};

// Writes the snapshot; the whole life of the copy. An errno or 0.
Outcome write_snapshot(const Frozen& frozen) noexcept;

}  // namespace prof::snapshot
