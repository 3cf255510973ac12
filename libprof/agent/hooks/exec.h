// SPDX-License-Identifier: MIT
//
// The exec family. Side: agent, floor 5 (hooks).
#pragma once

namespace prof::exec {

// Finds the real functions. On the main thread, before the program forks: a forked child must not look for them, since
// somebody may have held the dynamic linker's lock.
void find() noexcept;

}  // namespace prof::exec
