// SPDX-License-Identifier: MIT
//
// Shared tables as a snapshot file without blocks: whatever asks for stacks and counters alone can then be asked of a
// process that is dead, or of one that nobody wants to stop.
//
// Side:   heap, floor 2 (read). Writes prof/format.h as the agent does; what it writes, Snapshot::open() accepts.
// Memory: the file, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "read/shared_tables.h"

namespace heapkit::read {

struct SharedSnapshotOptions {
    uint32_t number = 1;      // the N of PROGRAM.PID.N.heap
    uint32_t end_signal = 0;  // that killed the process; 0: unknown, or none
    uint64_t unix_ns = 0;     // when
};

std::vector<std::byte> snapshot_of(const SharedTables& tables, const SharedSnapshotOptions& options);

}  // namespace heapkit::read
