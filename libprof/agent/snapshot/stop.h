// SPDX-License-Identifier: MIT
//
// Makes the program's threads stand still for the moment of the copy.
//
// Side:    agent, floor 3 (snapshot). The snapshot's thread stops and lets go; control/ brings in the others: from the
//          handler of the signal, and from the end of a hook.
// Threads: one snapshot at a time.
// Signals: the functions for the others are async-signal-safe.
#pragma once

#include <signal.h>

#include <cstddef>
#include <cstdint>

#include "snapshot/living.h"

namespace prof::snapshot {

// Before the first freeze: the signal whose handler calls hear_stop(), 0 for none: then nobody is stopped.
void allow_stops(uint32_t signal_number) noexcept;

// ---- For the thread that freezes, its signals blocked ----

// Lists all threads; most do what they did. Not part of the pause.
void list_threads_to_stop(Living& living) noexcept;
// Notes and stops them, for a tenth of a second at most; `own` are the registers of this thread. `all`: threads that
// wait in the kernel too, whose system call then says EINTR.
void stop_threads(Living& living, const Registers& own, bool all) noexcept;
void let_go() noexcept;

// Those that ran, or may have run, between stop_threads() and now.
struct Ran {
    size_t woke;      // waited in the kernel, and were woken in that moment
    size_t stopless;  // could not be stopped
};
Ran count_who_ran(const Living& living) noexcept;

// ---- For all other threads ----

// Whether this is the signal that stop_threads() sends, now or in an earlier freeze.
bool is_stop(const siginfo_t& info) noexcept;
// Stands still until it is let go; at once when it is late.
void hear_stop(const ucontext_t& context) noexcept;
// Whether a freeze is going on. One load.
bool is_stopping() noexcept;
// The same for a thread at the end of a hook.
void stand_still(const Registers& registers) noexcept;

// In a forked child.
void forget_stops() noexcept;

}  // namespace prof::snapshot
