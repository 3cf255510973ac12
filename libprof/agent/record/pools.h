// SPDX-License-Identifier: MIT
//
// Blocks that the program itself hands out of a larger one, or of memory of its own, as it said (prof.h). They lie
// where another block does, so they have a side table of their own, found by arithmetic from the address as blocks.h's
// is: a slot for each 16 bytes, and for what finds its slot taken another plane with a slot for each 8.
//
//   first entry:   stack 27 | birth 20 | thread 6 | size 5    | offset 4 | kind 2    kinds 0, 1: below 32 bytes
//                  stack 27 | birth 20 | thread 10 | inside 1 | offset 4 | kind 2    kind 2: 32 bytes or more
//   second entry:  size 48 at bit 2                                      | kind 2    kind 3: its other half
//
// The offset is the address in its 16 bytes.
//
// Kind 1, or the bit "inside", says that it lies in a block of malloc, whose bytes it was taken from when it was
// counted. What was given back leaves its size behind, with a stack that nobody has: what stands in that memory is old,
// and a snapshot must not take it for references. It goes when the place is handed out again, or the block around it is
// freed.
//
// Side:    agent, floor 2 (record).
// Threads: no locks. Two threads touch one entry only if the program itself races on a block, but for two blocks in one
//          slot: which of them comes first to it, a compare-and-swap decides.
// Memory:  nothing before the first report; then 8 KiB for each 16 KiB of address that has blocks in it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "blocks.h"

namespace prof::pools {

struct Reported {
    uintptr_t address;
    blocks::Record record;
    bool is_inside;  // of a block of malloc
    bool is_freed;   // what was there has been given back
    uintptr_t end() const noexcept { return address + record.size_bytes; }
};

inline constexpr uint32_t freed_stack = blocks::max_stack;  // no stack has that number

// Whether anything was ever reported: what a free of a large block asks.
struct Planes;
extern std::atomic<Planes*> planes;
inline bool any() noexcept { return planes.load(std::memory_order_relaxed) != nullptr; }

// Puts one in where nothing overlaps. False: no memory, no room in its slots, or an address or size beyond the table.
bool put(const Reported& one) noexcept;

// The block that begins at `address`, alive or given back. False: none does.
bool find(uintptr_t address, Reported& one) noexcept;

// Takes the one at this address out of the table. False: somebody else did.
bool remove(const Reported& one) noexcept;
// Another stack for it. False: it is not there any more.
bool replace_stack(const Reported& one, uint32_t stack) noexcept;
// Out of the table, but what it was is remembered.
bool give_back(const Reported& one) noexcept;

// Takes all out, while nobody else is in the table.
void forget_all() noexcept;

// The first at or after `from` and before `end`, alive or given back; false when there is none.
bool next(uintptr_t from, uintptr_t end, Reported& one) noexcept;
// The last that begins before `address` and may reach it: none is larger than any was that was ever put in.
bool before(uintptr_t address, Reported& one) noexcept;

}  // namespace prof::pools
