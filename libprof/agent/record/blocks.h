// SPDX-License-Identifier: MIT
//
// The side table: what is known of each live block, found from its address by arithmetic.
//
// Side:    agent, floor 2 (record).
// Threads: lock-free. A block's entries are written by whoever allocates or frees it; the program's own rules (no two
//          threads free one block) keep writers of one entry apart, and its hand-over of a pointer orders them.
// Signals: async-signal-safe.
// Memory:  8 bytes for every 32 bytes of address that hold a block's start, in leaves of 16 KiB.
//
//   address   | root index 17 | middle index 14 | leaf index 11 | byte 5 |        (47 bits)
//
//   entry     | kind 1 | offset 2 | size 6 | stack 27 | birth 20 | thread 8 |     a block below 64 B
//   entry     | kind 1 | offset 2 |   0    | stack 27 | birth 20 | thread 8 |     64 B or more; the next entry is its too:
//   entry + 1 | size 48                                     | thread 16     |
//
// A block of 64 bytes or more covers the whole slot behind the one that it starts in, so that the second entry is
// never another's. `offset` is the block's start within its slot in units of 8 bytes. An entry of zero is empty:
// `birth` is never zero. A second entry never has the kind bit, as no size reaches 2^47; so an entry behind one with
// the kind bit is a second entry, and every other entry is a first one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "record/tables.h"

namespace prof::blocks {

constexpr uint32_t slot_bytes = 32;
constexpr uint64_t large_from_bytes = 64;
constexpr uint32_t stack_bits = 27;
constexpr uint32_t birth_bits = 20;
constexpr uint32_t stacks_at_most = (1u << stack_bits) - 1;
constexpr uint32_t births_at_most = (1u << birth_bits) - 1;
constexpr uint32_t small_thread_at_most = 255;  // this and higher slots share one number in blocks below 64 B
constexpr uint64_t size_at_most = (uint64_t{1} << 47) - 1;

struct Facts {
    uint64_t size_bytes;
    uint32_t stack;
    uint32_t birth;   // at least 1
    uint32_t thread;
};

// Blocks whose free was not seen and whose place another block now takes.
struct Evicted {
    uint32_t count = 0;
    Facts facts[2];
};

// Puts a block in. False: no memory for a leaf, nothing was changed.
bool insert(uintptr_t address, const Facts& facts, Evicted& evicted) noexcept;

// Takes a block out. False: no block starts at `address`.
bool take(uintptr_t address, Facts& facts) noexcept;

// Looks without taking.
bool find(uintptr_t address, Facts& facts) noexcept;

}  // namespace prof::blocks
