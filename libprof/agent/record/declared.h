// SPDX-License-Identifier: MIT
//
// Roots that the program declared (prof_root_declare in prof.h): objects that it keeps in a way that nobody can see,
// with the names that it gave them.
//
// Side:    agent, floor 2 (record).
// Threads: no locks; a place is claimed by a compare-and-swap. Signals: async-signal-safe.
// Memory:  1,024 places of 64 bytes; who finds none counts a full table.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace prof::declared {

inline constexpr size_t most = 1024, name_bytes = 40;

struct Root {
    uintptr_t address;
    uint64_t bytes;
    char name[name_bytes];  // ended by NUL; cut when it was longer
};

// One at this address takes the place of what was declared there before. False: not taken, and counted.
bool declare(const char* name, uintptr_t address, uint64_t bytes) noexcept;
void forget(uintptr_t address) noexcept;

// Those that are declared: place 0 to most - 1. False: nothing is declared in this place.
bool at(size_t place, Root& root) noexcept;

}  // namespace prof::declared
