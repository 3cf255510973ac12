// SPDX-License-Identifier: MIT
//
// Which pages of the allocator's memory are in memory, swapped, or were never touched.
//
// Side:    heap, floor 2 (read).
// Threads: const; a Cursor is one thread's.
// Memory:  spans of the mapped file.
//
// A page's state is the kernel's word at the snapshot. "Absent" is also what the program gave back with madvise, and
// "resident" also a page that was read and never written: the kernel's page of zeros.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <prof/format.h>

namespace heapkit::read {

enum class PageState : uint8_t { absent, resident, swapped, unknown };
constexpr size_t page_state_count = 4;

// Bytes by PageState.
using StateBytes = std::array<uint64_t, page_state_count>;

// Ranges ascend, and do not overlap.
struct Residency {
    std::span<const prof_page_range> ranges;
    std::span<const uint8_t> states;
    uint64_t page_bytes = 4096;

    bool is_known() const noexcept { return !ranges.empty(); }
    uint64_t end_of(size_t range) const noexcept { return ranges[range].start + ranges[range].page_count * page_bytes; }
    PageState state(size_t range, uint64_t page) const noexcept {
        constexpr unsigned in_byte = 8 / PROF_PAGE_STATE_BITS;
        const uint8_t byte = states[ranges[range].states_begin + page / in_byte];
        return static_cast<PageState>(byte >> (page % in_byte * PROF_PAGE_STATE_BITS) & 3u);
    }
};

// Asks of one piece of memory after another, upwards; quick when they are.
class ResidencyCursor {
   public:
    // `residency` must outlive it.
    explicit ResidencyCursor(const Residency& residency) noexcept : residency_(residency) {}

    // Adds the bytes of [start, start + bytes) to their states; those outside of all ranges are unknown. `start` is not
    // below that of the call before.
    void add(uint64_t start, uint64_t bytes, StateBytes& to) noexcept {
        const uint64_t end = start + bytes;
        while (range_ < residency_.ranges.size() && residency_.end_of(range_) <= start) ++range_;
        size_t range = range_;
        while (start < end) {
            if (range == residency_.ranges.size() || residency_.ranges[range].start >= end) {
                to[static_cast<size_t>(PageState::unknown)] += end - start;
                return;
            }
            const prof_page_range& here = residency_.ranges[range];
            if (start < here.start) {
                to[static_cast<size_t>(PageState::unknown)] += here.start - start;
                start = here.start;
            }
            const uint64_t stop = end < residency_.end_of(range) ? end : residency_.end_of(range);
            for (; start < stop;) {
                const uint64_t page = (start - here.start) / residency_.page_bytes;
                const uint64_t page_end = here.start + (page + 1) * residency_.page_bytes;
                const uint64_t piece_end = page_end < stop ? page_end : stop;
                to[static_cast<size_t>(residency_.state(range, page))] += piece_end - start;
                start = piece_end;
            }
            ++range;
        }
    }

   private:
    const Residency& residency_;
    size_t range_ = 0;
};

}  // namespace heapkit::read
