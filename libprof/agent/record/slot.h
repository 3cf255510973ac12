// SPDX-License-Identifier: MIT
//
// One process's part of the memory of heapkit run: claimed by its owner, given back, or left to heapkit run, which
// takes it back from the dead.
//
// Side:    agent, floor 2 (record).
// Threads: processes race for a slot by a compare-and-swap of its owner; within one, a single caller at a time.
#pragma once

#include <prof/shared.h>

namespace prof {

struct Slot {
    prof_shared* head = nullptr;  // mapped for good; null: there is no slot
    uint64_t offset = 0;          // in the file
};

// A free slot of the memory behind `fd`, now ours by its owner. None when it is not such memory, or when all are taken,
// which is counted there.
Slot claim_slot(int fd) noexcept;

// Somebody else may have it from now on. Nothing of it but the head may have been written to.
void give_back(const Slot& slot) noexcept;

}  // namespace prof
