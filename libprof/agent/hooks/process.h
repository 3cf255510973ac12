// SPDX-License-Identifier: MIT
//
// The end of the process, on every way that a program can take.
//
// Side: agent, floor 5 (hooks).
#pragma once

namespace prof::process {

// Registers for return from main and exit(), and for quick_exit(). Called first of all constructors, so that ours run
// last of all handlers.
void watch_for_the_end() noexcept;

}  // namespace prof::process
