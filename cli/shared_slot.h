// SPDX-License-Identifier: MIT
//
// The memory that a living process shares with heapkit run, found from outside.
//
// Side: our process, cli. How: process/shared_slot.cpp.
#pragma once

#include <sys/types.h>

#include <heapkit/result.h>
#include "base/descriptor.h"
#include "read/shared_tables.h"

namespace heapkit::cli {

class SharedSlot {
   public:
    // Errors: the process is gone, is another user's, is not recorded, or shares nothing, and why.
    static Result<SharedSlot> find(pid_t pid);

    // A look; never stops the process. Errors: what is there is damaged.
    Result<read::SharedTables> read() const;
    // Whether the process is there, and still the one that has the slot.
    bool is_alive() const;

   private:
    SharedSlot(Descriptor fd, pid_t pid, uint32_t owner, uint32_t slot) noexcept
        : fd_(std::move(fd)), pid_(pid), owner_(owner), slot_(slot) {}
    Descriptor fd_;
    pid_t pid_;
    uint32_t owner_;  // the process, as the slot has it
    uint32_t slot_;
};

}  // namespace heapkit::cli
