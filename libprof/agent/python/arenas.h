// SPDX-License-Identifier: MIT
//
// pymalloc's arenas: memory from mmap out of which the interpreter hands out blocks of up to 512 bytes.
//
// Side:    agent, floor 4 (python).
// Threads: has() by any thread without a lock; note() and forget() by whoever makes and drops arenas.
// Memory:  16 bytes an arena, for 65,536 of them (64 GiB, or 16 GiB before 3.10); beyond that the blocks of an arena
// are
//          not recorded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.h"

namespace prof::python::arenas {

// Each is as large as the first. What is of another size is no arena: frames' variables also come from there.
void set_bytes(size_t bytes) noexcept;
void note(void* start, size_t bytes) noexcept;
void forget(void* start) noexcept;

bool has(uintptr_t address) noexcept;

size_t count() noexcept;                  // of entries
arena::Extent extent(size_t i) noexcept;  // entry i may be empty

}  // namespace prof::python::arenas
