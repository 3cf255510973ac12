// SPDX-License-Identifier: MIT
//
// prctl() and syscall(), by which a program gives up system calls. Side: agent, floor 5 (hooks).
#pragma once

namespace prof::sandbox {

// Finds the real functions. On the main thread, before anything else of the program runs.
void find() noexcept;

}  // namespace prof::sandbox
