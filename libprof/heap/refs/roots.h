// SPDX-License-Identifier: MIT
//
// What a root is called, as far as the snapshot alone says it: a module and an offset, a thread and a place on its
// stack, a register. Names of variables come from debug information, and so from elsewhere.
//
// Side: heap, floor 5 (refs).
#pragma once

#include <string>
#include <string_view>

#include "read/snapshot.h"

namespace heapkit::refs {

// The word at byte `offset_bytes` of a root area:
//
//     "libserver.so+0x4010"              a global; the offset is the address in the file, as nm shows it
//     "stack of worker (tid 1001)+0x48"  from the thread's stack pointer, where that is known
//     "register rbx of worker (tid 1001)"
//     "thread-local of worker (tid 1001)+0x10"
//     "in flight in worker (tid 1001)"   a block that is being reallocated
//     "arena (declared)+0x20"            what the program told us of
//     "mapping at 0x7f3200000000+0x20"   what it took from mmap itself
std::string name_of(const read::Snapshot& snapshot, const prof_root& root, uint64_t offset_bytes);

std::string name_of_thread(const prof_thread& thread);  // "worker (tid 1001)"
std::string name_of_register(uint64_t number);          // "rbx", by its number in DWARF

// "global", "stack", "register", "thread-local", "in flight", "declared", "mapping".
std::string_view kind_of(const prof_root& root) noexcept;

}  // namespace heapkit::refs
