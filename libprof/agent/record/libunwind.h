// SPDX-License-Identifier: MIT
//
// Walking with libunwind in the place of our own unwinder: the option unwind=libunwind, to compare the two.
//
// Side:    agent, floor 2 (record).
// Loaded by dlopen with RTLD_LOCAL while the agent wakes up, and never later. Never linked: what it exports besides,
// _Unwind_RaiseException and its kin, would stand before libgcc's in the global scope, and take over exceptions.
// Threads: it takes locks of its own and, by dl_iterate_phdr, the dynamic linker's; it blocks signals while it does. A
//          child that is forked while another thread walks would have those locks for ever: fork waits for a moment
//          when nobody walks. While it does, stacks are walked by our own unwinder.
// Memory:  its own, from mmap. What it, or the linker that loads it, asks of malloc is not recorded.
#pragma once

#include <cstdint>

#include "walk.h"

namespace prof::libunwind {

extern bool on;  // whether it walks; set by start() alone

// Loads the library, once, before anything is recorded; from then on it walks. Where it is not there, or is not as we
// know it, a line on standard error says so, and our own unwinder goes on.
void start() noexcept;

// As walk::follow_all_registers, which see.
walk::End follow(Thread& thread, const recorder::Caller& caller, uint32_t& count) noexcept;

}  // namespace prof::libunwind
