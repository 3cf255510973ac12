// SPDX-License-Identifier: MIT
//
// The signal that is ours, and what the program believes of it.
//
// We take a signal that nobody has. A program that sets all signals to their defaults, as daemons do, would take our
// handler away, and the next snapshot's signal would end it; one that waits for all signals would be given ours. So
// what it asks of libc for that one number is answered from here, as if we were not there: it finds it as it left it.
// Once it wants the signal for a handler of its own, it has it, and we do without.
//
// Side:    agent, floor 4 (control).
// Threads: any. Signals: async-signal-safe. In a child of vfork nothing that its parent believes is changed.
#pragma once

#include <signal.h>

#include <cstdint>

namespace prof::own_signal {

using Action = struct sigaction;
using Handler = void (*)(int, siginfo_t*, void*);
using Sigaction = int (*)(int number, const Action* wanted, Action* before);

// Sets `handler` by `real` where the program has nothing yet. False: the signal is in use, or there is none such.
bool take(uint32_t number, Handler handler, Sigaction real) noexcept;

// The number of our signal while we have it, otherwise 0.
uint32_t number() noexcept;
bool is_ours(int number) noexcept;

// The number while our handler stands where the kernel looks, otherwise 0: a system call by number passes the hooks by.
uint32_t usable() noexcept;

// sigaction() for our number. False: the program takes it; now it is no longer ours, and the real function is to be
// called. `before` is then answered already.
bool answer(const Action* wanted, Action* before) noexcept;

}  // namespace prof::own_signal
