// SPDX-License-Identifier: MIT
//
// The allocator's pages beside the live blocks in them: what is in memory, what of it is free, and which pages few
// blocks keep.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over pages and blocks together.
// Memory: none; what is visited is shown page by page.
//
// A page is kept by few blocks when it is in memory or swapped, its live blocks fill less than an eighth of it, and
// none of them is as large as a page. The allocator cannot give such a page back: that is fragmentation, and these
// blocks are its cause. A page without any live block is free memory that the allocator holds for later.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "heap.h"
#include "read/residency.h"

namespace heapkit::analyze {

// Usable bytes of a block that lie in the page.
struct OnPage {
    BlockId block;
    uint64_t bytes = 0;
};

struct PageUse {
    bool is_known = false;  // false: the snapshot has no pages
    uint64_t page_bytes = 4096;
    read::StateBytes pages = {};                 // bytes of pages
    read::StateBytes requested = {};             // bytes of live blocks, as they were asked for
    uint64_t live_resident_bytes = 0;            // usable bytes of live blocks in memory
    uint64_t free_pages_bytes = 0;               // in memory, without a live block
    uint64_t kept_bytes = 0, keeping_bytes = 0;  // pages that few blocks keep, and those blocks' bytes in them

    uint64_t resident_bytes() const noexcept { return pages[static_cast<size_t>(read::PageState::resident)]; }
    // In memory, in pages that have live blocks, and no block's.
    uint64_t free_between_bytes() const noexcept {
        const uint64_t used = live_resident_bytes + free_pages_bytes;
        return resident_bytes() > used ? resident_bytes() - used : 0;
    }
};

// What the allocator rounded up, of a block that it gave itself; of what is left of a pool that of the pool. Blocks
// that a program handed out of a pool have none.
inline uint64_t rounding_bytes(const read::Blocks& blocks, BlockId block) noexcept {
    const prof_pool* pool = blocks.pools.empty() ? nullptr : blocks.pool_around(block);
    if (pool == nullptr) return blocks.slack[block.index()];
    return pool->block == block.value ? pool->slack : 0;
}

// Walks pages upwards; calls `kept(std::span<const OnPage>, live bytes)` for each page that few blocks keep.
template <typename Kept>
PageUse page_use_of(const read::Blocks& blocks, const read::Residency& residency, Kept kept) {
    constexpr uint64_t few = 8;  // live blocks fill less than one part in so many
    constexpr size_t most_on_page = 4096;
    PageUse use{.is_known = residency.is_known(), .page_bytes = residency.page_bytes};
    const auto end_of = [&](size_t block) {
        return blocks.address[block] + blocks.size_bytes(BlockId(block)) + blocks.slack[block];
    };
    std::vector<OnPage> on_page;
    size_t first = 0, first_pool = 0;
    const auto pool_end = [&](size_t pool) {
        return blocks.pools[pool].address + blocks.pools[pool].bytes + blocks.pools[pool].slack;
    };
    for (size_t range = 0; range < residency.ranges.size(); ++range) {
        for (uint64_t page = 0; page < residency.ranges[range].page_count; ++page) {
            const uint64_t start = residency.ranges[range].start + page * residency.page_bytes;
            const uint64_t end = start + residency.page_bytes;
            const read::PageState state = residency.state(range, page);
            use.pages[static_cast<size_t>(state)] += residency.page_bytes;
            while (first < blocks.count() && end_of(first) <= start) ++first;
            if (state != read::PageState::resident && state != read::PageState::swapped) continue;
            uint64_t live = 0;
            bool has_large = false;
            on_page.clear();
            // A pool is one live block of the allocator's, whatever the program handed out of it.
            while (first_pool < blocks.pools.size() && pool_end(first_pool) <= start) ++first_pool;
            for (size_t pool = first_pool; pool < blocks.pools.size() && blocks.pools[pool].address < end; ++pool) {
                live += std::min(pool_end(pool), end) - std::max(blocks.pools[pool].address, start);
                has_large = true;
            }
            for (size_t block = first; block < blocks.count() && blocks.address[block] < end; ++block) {
                const uint64_t from = std::max(blocks.address[block], start), to = std::min(end_of(block), end);
                if (to <= from || (!blocks.pools.empty() && blocks.pool_around(BlockId(block)) != nullptr)) continue;
                live += to - from;
                has_large |= blocks.size_bytes(BlockId(block)) >= residency.page_bytes;
                if (on_page.size() < most_on_page) on_page.push_back({BlockId(block), to - from});
            }
            if (state == read::PageState::resident) {
                use.live_resident_bytes += live;
                if (live == 0) use.free_pages_bytes += residency.page_bytes;
            }
            if (live == 0 || has_large || live >= residency.page_bytes / few) continue;
            use.kept_bytes += residency.page_bytes;
            use.keeping_bytes += live;
            kept(std::span<const OnPage>(on_page), live);
        }
    }
    read::ResidencyCursor cursor(residency);
    for (size_t block = 0; block < blocks.count(); ++block)
        cursor.add(blocks.address[block], blocks.size_bytes(BlockId(block)), use.requested);
    return use;
}

}  // namespace heapkit::analyze
