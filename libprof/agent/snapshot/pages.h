// SPDX-License-Identifier: MIT
//
// The frozen memory, page by page, for readers who go upwards: each page is copied once, through a guarded read.
//
// Side:    agent, floor 3 (snapshot). Child of a snapshot only.
// Why a copy: a fault in a loop over memory would need a landing place in that loop; a copy of 4 KiB stays in the
//          nearest cache, so that the scan after it costs what it would on the memory itself.
#pragma once

#include <cstdint>

#include "snapshot/faults.h"
#include "snapshot/maps.h"

namespace prof::snapshot {

inline constexpr size_t page_bytes = 4096;

class Pages {
   public:
    explicit Pages(const Maps& maps) noexcept : maps_(maps) {}

    // The words of the page at `page`, a multiple of 4096, until the next call; null when it cannot be read.
    const uint64_t* at(uintptr_t page) noexcept {
        if (page == page_) return readable_ ? words_ : nullptr;
        page_ = page;
        readable_ = is_ordinary(page) && faults::copy(words_, page, page_bytes);
        return readable_ ? words_ : nullptr;
    }

   private:
    bool is_ordinary(uintptr_t page) noexcept {
        if (page >= start_ && page < end_) return ordinary_;
        const prof_map* map = maps_.at(page);
        if (map == nullptr) return false;
        start_ = map->start;
        end_ = map->end;
        ordinary_ = maps_.is_ordinary(*map);
        return ordinary_;
    }

    const Maps& maps_;
    uintptr_t page_ = 1;  // no page starts here
    bool readable_ = false;
    uintptr_t start_ = 0, end_ = 0;
    bool ordinary_ = false;
    alignas(64) uint64_t words_[page_bytes / sizeof(uint64_t)];
};

}  // namespace prof::snapshot
