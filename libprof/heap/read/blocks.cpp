// SPDX-License-Identifier: MIT
//
// Blocks: 28 bytes each in five columns, checked in one pass without branches: any fault sets a bit, and only then a
// second look finds the words for it.
//
// Side: heap, floor 2 (read).
#include <cmath>

#include "read/columns.h"

namespace heapkit::read {
namespace {

Result<Blocks> block_columns(const Sections& sections) {
    auto address = sections.numbers<uint64_t>(PROF_SECTION_BLOCK_ADDRESS);
    if (!address) return address.error();
    auto size = sections.numbers<uint64_t>(PROF_SECTION_BLOCK_SIZE);
    if (!size) return size.error();
    auto stack = sections.numbers<uint32_t>(PROF_SECTION_BLOCK_STACK);
    if (!stack) return stack.error();
    auto birth = sections.numbers<uint32_t>(PROF_SECTION_BLOCK_BIRTH);
    if (!birth) return birth.error();
    auto slack = sections.numbers<uint32_t>(PROF_SECTION_BLOCK_SLACK);
    if (!slack) return slack.error();
    return Blocks{*address, *size, *stack, *birth, *slack};
}

struct Faults {
    bool order = false, overlap = false, wraps = false, stack = false, birth = false;
};

// An address must be beyond the block before it, and a block must not reach into the next one.
Faults faults_of(const Blocks& blocks, size_t stack_count, size_t tick_count) {
    Faults faults;
    uint64_t last_address = 0, last_end = 0;
    for (size_t i = 0; i < blocks.count(); ++i) {
        const uint64_t address = blocks.address[i];
        const uint64_t end = address + blocks.size_bytes(BlockId(i));
        faults.order |= address <= last_address;
        faults.overlap |= address < last_end;
        faults.wraps |= end < address;
        faults.stack |= blocks.stack[i] >= stack_count;
        faults.birth |= blocks.birth[i] >= tick_count;
        last_address = address;
        last_end = end;
    }
    return faults;
}

// A sample has a weight for each block, and is nothing but blocks of malloc.
Result<Blocks> with_weights(const Sections& sections, const SmallSections& small, Blocks blocks) {
    auto weight = sections.numbers<uint32_t>(PROF_SECTION_BLOCK_WEIGHT);
    if (!weight) return weight.error();
    blocks.sample_bytes = small.process.sample_bytes;
    const bool is_sample = blocks.sample_bytes != 0;
    if (weight->size() != (is_sample ? blocks.count() : 0))
        return sections.damaged(PROF_SECTION_BLOCK_WEIGHT, "is not as long as the columns of blocks");
    for (const uint32_t one : *weight)
        if (one == 0) return sections.damaged(PROF_SECTION_BLOCK_WEIGHT, "has a block that counts for nothing");
    if (is_sample && !blocks.pools.empty())
        return sections.damaged(PROF_SECTION_POOLS, "is in a sample");
    blocks.weight = *weight;
    return blocks;
}

}  // namespace

double Blocks::weight_of(BlockId block) const noexcept {
    if (sample_bytes == 0) return 1;
    const double bytes = static_cast<double>(std::max<uint64_t>(size_bytes(block), 1));
    return -1 / std::expm1(-bytes / static_cast<double>(sample_bytes));
}

uint64_t Blocks::estimated_bytes(BlockId block) const noexcept {
    return static_cast<uint64_t>(std::llround(weight_of(block) * static_cast<double>(size_bytes(block))));
}

Result<Blocks> read_blocks(const Sections& sections, const SmallSections& small, BlockColumns& columns) {
    auto read = block_columns(sections);
    if (!read) return read;
    const Blocks& blocks = *read;
    const size_t count = blocks.count();
    if (count >= UINT32_MAX) return sections.damaged(PROF_SECTION_BLOCK_ADDRESS, "is too long");
    if (blocks.size_and_thread.size() != count || blocks.stack.size() != count || blocks.birth.size() != count ||
        blocks.slack.size() != count)
        return sections.damaged(PROF_SECTION_BLOCK_ADDRESS, "is not as long as the other columns of blocks");

    const Faults faults = faults_of(blocks, small.stacks.size(), small.timeline.size());
    if (faults.order) return sections.damaged(PROF_SECTION_BLOCK_ADDRESS, "is not in ascending order");
    if (faults.wraps)
        return sections.damaged(PROF_SECTION_BLOCK_SIZE, "has a block that ends beyond the address space");
    if (faults.overlap) return sections.damaged(PROF_SECTION_BLOCK_SIZE, "has blocks that overlap");
    if (faults.stack) return sections.damaged(PROF_SECTION_BLOCK_STACK, "names a stack that does not exist");
    if (faults.birth) return sections.damaged(PROF_SECTION_BLOCK_BIRTH, "names a tick that does not exist");
    auto with_pools = read_pools(sections, blocks, columns);
    if (!with_pools) return with_pools;
    return with_weights(sections, small, *with_pools);
}

}  // namespace heapkit::read
