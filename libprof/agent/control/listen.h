// SPDX-License-Identifier: MIT
//
// Hears requests: on the control page at the next event, or by the signal when no event comes.
//
// Side:    agent, floor 4 (control).
// Signals: the handler serves at once unless it interrupted the recorder or the dynamic linker; then the service does,
//          at the exit of the hook.
#pragma once

#include <cstdint>

#include "control/own_signal.h"

namespace prof::listen {

// Takes the signal by libc's sigaction when the program has not. Returns the number, 0 when it could not be had. Before
// session::start().
uint32_t start(uint32_t signal_number, own_signal::Sigaction real) noexcept;

// The recorder's service: outside of any record, on a thread of the program.
void serve() noexcept;

}  // namespace prof::listen
