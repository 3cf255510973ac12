// SPDX-License-Identifier: MIT
//
// Reading memory that may not be there: the tails of truncated files, pages that were protected since, ranges that a
// program unmapped behind our back. A fault ends the read, not the snapshot.
//
// Side:    agent, floor 3 (snapshot). Child of a snapshot only: it takes SIGSEGV and SIGBUS for itself.
// Why not process_vm_readv: it costs a system call a page, and it is a kind of call that a seccomp filter may kill for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::snapshot::faults {

// Installs the handlers of this process and lets the two signals through. Before the first guarded read.
void catch_all() noexcept;

// The same for the program's own code, before it is called: what it does wrong, and that it does not come back within
// this time, ends the guarded call around it. Everything guarded that lasts longer ends within a tenth of a second.
void catch_code(uint64_t time_ns) noexcept;
void stop_the_clock() noexcept;  // no more of it will be called

// body(argument), or -1 when it touched memory that cannot be read. The body must hold nothing that it has to give
// back. One may stand within another.
long guarded(long (*body)(void*), void* argument) noexcept;

// Copies a range that lies within one page. False: it cannot be read.
bool copy(void* to, uintptr_t from, size_t bytes) noexcept;

}  // namespace prof::snapshot::faults
