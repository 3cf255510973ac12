// SPDX-License-Identifier: MIT
//
// What falls to us when we are process 1 of a container.
//
// Side:    our process, cli.
// Signals: the kernel drops signals to process 1 that it has no handler for, unless they are blocked, as they are while
//          the program runs (child.h).
#pragma once

#include <sys/types.h>

namespace heapkit::cli {

bool is_first_process() noexcept;

// Takes away what has ended of the processes that the kernel gave us when their parents ended, so that no zombies pile
// up. Leaves `program`, which is waited for elsewhere.
void reap_orphans(pid_t program) noexcept;

// From here on SIGTERM and its like end us, with 128 + n, as they end any other process.
void be_ended_by_signals() noexcept;

}  // namespace heapkit::cli
