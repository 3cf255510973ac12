// SPDX-License-Identifier: MIT
//
// The loaded modules that the unwinder has met, and when an address changed hands.
//
// A return address means something only together with the module that was there. Libraries come and go, with and
// without dlclose (iconv unloads its own), so each record has the generations in which it was valid: a change of any
// known range raises the generation, and a node of a stack carries its module's first one.
//
// Side:    agent, floor 2 (record).
// Threads: a bounded lock for writing; never held while the dynamic linker's lock is taken.
// Memory:  append-only; paths are copied, since the dynamic linker frees its own.
#pragma once

#include <cstdint>

#include <prof/shared.h>

#include "tables.h"

namespace prof::modules {

// Of the column that heapkit run reads.
inline constexpr uint32_t first_rows_log2 = 6;
inline constexpr size_t first_bytes = sizeof(prof_shared_module) << first_rows_log2;

struct Found {
    const uint8_t* eh_frame_header;
    uint16_t generation;
};

bool start() noexcept;
void reset_lock() noexcept;  // after a fork

// The module that holds `pc` now. Compares it with what is known of the range; a difference raises the generation and
// the epoch of rules. False: no module is there.
bool find(uintptr_t pc, Found& out) noexcept;

// Raises the epoch of rules if a module was unloaded since the last look. The dynamic linker allocates before it maps
// a module, so asking at each of its allocations sees every reuse of an address in time.
void check_unloads() noexcept;

void refresh() noexcept;
uint32_t count() noexcept;
const tables::Module& module(uint32_t index) noexcept;

}  // namespace prof::modules
