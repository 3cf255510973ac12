// SPDX-License-Identifier: MIT
//
// Addresses outside blocks that words point to: in which module or stack they lie, each kept once.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "snapshot/growing.h"

namespace prof::snapshot {

// Ranges that do not overlap, each a module or a stack.
class Ranges {
   public:
    bool add(uintptr_t start, uintptr_t end, prof_word_kind kind) noexcept;
    void sort() noexcept;
    // PROF_WORD_MODULE, PROF_WORD_STACK, or PROF_WORD_EXTRA for neither.
    prof_word_kind kind_at(uintptr_t address) const noexcept;

    struct Range {
        uintptr_t start, end;
        prof_word_kind kind;
    };
    const Growing<Range>& all() const noexcept { return ranges_; }

   private:
    Growing<Range> ranges_;
};

// A set of addresses, numbered in the order in which they came.
class Targets {
   public:
    static constexpr uint32_t none = UINT32_MAX;
    // The address's number, or `none` when the set is full.
    uint32_t number_of(uint64_t address) noexcept;
    const Growing<uint64_t>& all() const noexcept { return addresses_; }

   private:
    static constexpr uint32_t most = 1 << 24;
    bool grow() noexcept;

    Growing<uint64_t> addresses_;
    uint32_t* slots_ = nullptr;  // number + 1; 0 is empty
    uint32_t slot_count_ = 0;    // a power of two
};

}  // namespace prof::snapshot
