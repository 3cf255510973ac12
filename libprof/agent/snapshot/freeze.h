// SPDX-License-Identifier: MIT
//
// Takes a snapshot: freezes the process by forking it, and lets the copy write the file while the program runs on.
//
//   the program's thread                          the copy
//   note modules, list threads
//   stop the other threads (stop.h)
//   clone ────────────────────────────────────►  wait for the word
//   let the others go
//   nobody ran meanwhile? ───────── Shared ────►  close descriptors, take faults
//   if somebody did: once more                    read maps, walk blocks, scan words, write columns
//   has_ended() or wait()         ◄── Shared ───  rename, say how it went, exit
//
// Side:    agent, floor 3 (snapshot). Used by control/.
// Threads: one snapshot at a time; control/session.h sees to that.
// Signals: start() may be called from a handler that did not interrupt the recorder.
// Memory:  the copy shares every page with the program until one of them writes to it.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "snapshot/registers.h"

namespace prof::snapshot {

// How a snapshot went. Lives in memory that the program and the copy share.
struct Outcome {
    int error = 0;        // or an errno
    bool is_cut = false;  // the error is that it would have passed Order::most_bytes
    uint64_t file_bytes = 0;
};

struct Order {
    const char* path;        // absolute
    const char* program;     // name
    const char* executable;  // path
    prof_reason reason;
    prof_contents contents;
    uint32_t number;
    uint64_t run_id;
    uint32_t deadline_seconds;
    uint64_t most_bytes;  // that it may write, its temporary files included
    bool hashes;          // of each block's contents
    bool stops_all;       // threads that wait in the kernel too, whose system call then says EINTR
    // Called in the copy when all is done, before it exits. May be null.
    void (*done)(const Outcome& outcome);
};

// Once, on the main thread, before anything else here; finds what must not be looked for in a signal handler. The
// signal is for allow_stops().
void prepare(uint32_t signal_number) noexcept;
// In a forked child of the program: forgets what belongs to the parent.
void forked() noexcept;

// Freezes. `order` and `registers` are those of the calling thread and copied with it. 0, or an errno: EAGAIN or
// ENOMEM when the kernel does not clone.
int start(const Order& order, const Registers& registers) noexcept;

// Whether the copy that start() made has ended; reaps it.
bool has_ended(Outcome& outcome) noexcept;
// Reaps copies that were done, but not yet gone, when they were looked at last. One load when there are none.
void reap() noexcept;
// At the end of the program: waits, but not for long, until they are gone. Whoever reaps the program's orphans would
// otherwise be told of a child that is none.
void see_off() noexcept;
// Waits for it; ends it when it is far beyond its deadline.
Outcome wait() noexcept;

// Does it while the other threads stand still, as they do for a freeze; meanwhile no snapshot may be under way. False:
// not done, since one of them blocks the signal. A thread that waits in the kernel may wake: counted.
bool while_still(const Registers& registers, void (*act)() noexcept) noexcept;

}  // namespace prof::snapshot
