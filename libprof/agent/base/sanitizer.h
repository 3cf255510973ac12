// SPDX-License-Identifier: MIT
//
// Whether the program was built with a sanitizer, or runs under a tool of valgrind that has the allocations.
//
// Side: agent, floor 1 (base). Signals: async-signal-safe; no call of libc, which their runtimes stand in front of and
// which they cannot take before they have begun.
#pragma once

namespace prof {

// The name of a sanitizer whose runtime is loaded or linked in; null: none.
const char* sanitizer() noexcept;

}  // namespace prof
