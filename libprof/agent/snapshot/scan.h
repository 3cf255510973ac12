// SPDX-License-Identifier: MIT
//
// Reads the words of blocks and roots, and keeps those that say something.
//
// Side:    agent, floor 3 (snapshot). Child of a snapshot only.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "snapshot/clock.h"
#include "snapshot/pages.h"
#include "snapshot/words.h"

namespace prof::snapshot {

class Scan {
   public:
    Scan(const Index& index, const Resolver& resolver, Pages& pages, WordColumns& words) noexcept
        : index_(index), resolver_(resolver), pages_(pages), words_(words) {}

    // Every whole word of the block: pointers anywhere, integers at its start and behind pointers. None of a block that
    // does not begin at a multiple of 8.
    void block(uint32_t number) noexcept;
    // The same of what is left of a pool that ends at `end`: neither what is handed out nor what was and came back.
    void rest(uint32_t number, uintptr_t end) noexcept;

    // Words of an area that is no block, live blocks in it left out. Pointers to blocks are kept, and what else
    // stands within 64 bytes of one; of stacks and registers every pointer. Fills the root's range of words.
    void area(prof_root& root) noexcept;
    // The same of words that are at hand: registers.
    void values(prof_root& root, const uint64_t* values, size_t count) noexcept;

   private:
    struct Part {
        uint32_t number;
        uintptr_t start;           // of the block
        uint64_t integers_before;  // word index at which integers stop being kept
    };
    void part(Part& part, uintptr_t at, uintptr_t end) noexcept;
    struct Near;
    void leave(Near& near, uint64_t kept_from) noexcept;
    void area_word(Near& near, uint64_t index, uint64_t bits) noexcept;

    const Index& index_;
    const Resolver& resolver_;
    Pages& pages_;
    WordColumns& words_;
};

}  // namespace prof::snapshot
