// SPDX-License-Identifier: MIT
//
// A runtime within the process that has objects of its own: what a snapshot asks of it. The floor above brings it.
//
// Side:    agent, floor 3 (snapshot). Set once, before the first snapshot; asked in the child of a snapshot, but for
//          look().
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.h"

namespace prof::snapshot {

struct Writer;

struct Guest {
    // In the program, before the freeze: whether it has come since. May look for symbols.
    void (*look)() noexcept;
    // Memory from mmap in which it hands out blocks itself, of which the recorder hears: entry i may be empty.
    size_t (*area_count)() noexcept;
    arena::Extent (*area)(size_t i) noexcept;
    bool (*owns)(uintptr_t address) noexcept;  // whether an address lies in one of them
    // Its sections, when those of blocks are written.
    void (*write)(Writer& writer) noexcept;
};

// Never null: where none was set, one that is not there.
const Guest& guest() noexcept;
void set_guest(const Guest& guest) noexcept;

}  // namespace prof::snapshot
