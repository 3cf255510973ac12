// SPDX-License-Identifier: MIT
//
// The functions that only one allocator has: jemalloc's mallocx family, mimalloc's mi_malloc family.
//
// Side: agent, floor 5 (hooks).
#pragma once

namespace prof::families {

// Looks which of these allocators is loaded behind us, and leads what modules import of its own names here
// (base/imports.h). Once, at start, after find_real(); nothing happens when another allocator stands ahead.
void lead_here() noexcept;

}  // namespace prof::families
