// SPDX-License-Identifier: MIT
//
// The functions by which a program sets, looks at and waits for signals. Side: agent, floor 5 (hooks).
#pragma once

#include "control/own_signal.h"

namespace prof::signals {

// Finds the real functions. On the main thread, before anything else of the program runs.
void find() noexcept;

// The next sigaction behind ours; null: there is none. After find().
own_signal::Sigaction real_sigaction() noexcept;

}  // namespace prof::signals
