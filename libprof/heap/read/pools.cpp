// SPDX-License-Identifier: MIT
//
// Pools: blocks of the allocator in which the program handed out others. In the file, what is left of one is a row that
// reaches to the next block, so that rows never overlap; here it gets all the bytes that it has.
//
// Side: heap, floor 2 (read).
#include <algorithm>
#include <optional>

#include "read/columns.h"

namespace heapkit::read {
namespace {

constexpr uint64_t size_mask = (uint64_t{1} << 48) - 1;

const char* wrong_with_rows(const prof_pool& pool, const Blocks& blocks) {
    if (pool.first_block >= pool.end_block || pool.end_block > blocks.count()) return "names blocks that do not exist";
    if (pool.block != PROF_POOL_NO_BLOCK && (pool.block < pool.first_block || pool.block >= pool.end_block))
        return "has a rest that does not lie in its pool";
    const size_t last = pool.end_block - 1;
    const uint64_t end = pool.address + pool.bytes;
    if (blocks.address[pool.first_block] < pool.address ||
        blocks.address[last] + blocks.size_bytes(BlockId(last)) > end)
        return "has a block that does not lie in its pool";
    return nullptr;
}

const char* wrong_with_bytes(const prof_pool& pool, const Blocks& blocks) {
    uint64_t bytes = 0;  // no overflow: blocks do not overlap
    for (uint32_t block = pool.first_block; block < pool.end_block; ++block)
        if (block != pool.block) bytes += blocks.size_bytes(BlockId(block));
    return pool.own_bytes <= pool.bytes && pool.bytes - pool.own_bytes == bytes
               ? nullptr
               : "has a pool whose bytes do not add up";
}

const char* wrong_with(std::span<const prof_pool> pools, const Blocks& blocks) {
    uint64_t last_end = 0;
    uint32_t last_block = 0;
    for (const prof_pool& pool : pools) {
        if (pool.bytes > size_mask || pool.address > UINT64_MAX - pool.bytes - UINT32_MAX)
            return "has a pool that ends beyond the address space";
        if (pool.address < last_end || pool.first_block < last_block) return "is not in ascending order";
        if (const char* wrong = wrong_with_rows(pool, blocks)) return wrong;
        if (const char* wrong = wrong_with_bytes(pool, blocks)) return wrong;
        last_end = pool.address + pool.bytes;
        last_block = pool.end_block;
    }
    return nullptr;
}

}  // namespace

Result<Blocks> read_pools(const Sections& sections, const Blocks& blocks, BlockColumns& columns) {
    const auto pools = sections.rows<prof_pool>(PROF_SECTION_POOLS, columns.copied_pools);
    if (!pools) return pools.error();
    if (pools->empty()) return blocks;
    if (const char* wrong = wrong_with(*pools, blocks)) return sections.damaged(PROF_SECTION_POOLS, wrong);
    columns.sizes.assign(blocks.size_and_thread.begin(), blocks.size_and_thread.end());
    columns.slacks.assign(blocks.slack.begin(), blocks.slack.end());
    for (const prof_pool& pool : *pools) {
        if (pool.block == PROF_POOL_NO_BLOCK) continue;
        columns.sizes[pool.block] = (columns.sizes[pool.block] & ~size_mask) | pool.own_bytes;
        columns.slacks[pool.block] = pool.slack;
    }
    Blocks whole = blocks;
    whole.size_and_thread = columns.sizes;
    whole.slack = columns.slacks;
    whole.pools = *pools;
    return whole;
}

const prof_pool* Blocks::pool_around(BlockId block) const noexcept {
    const auto above = std::upper_bound(pools.begin(), pools.end(), block.value,
                                        [](uint32_t number, const prof_pool& pool) { return number < pool.end_block; });
    return above != pools.end() && above->first_block <= block.value ? &*above : nullptr;
}

uint64_t Blocks::reach_in_pools(BlockId block) const noexcept {
    const prof_pool* const pool = pool_around(block);
    if (pool == nullptr || pool->block != block.value) return size_bytes(block);
    return pool->address + pool->bytes - address[block.index()];
}

}  // namespace heapkit::read
