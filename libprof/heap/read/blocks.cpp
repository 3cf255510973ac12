// SPDX-License-Identifier: MIT
//
// Blocks: 28 bytes each in five columns, checked in one pass without branches: any fault sets a bit, and only then a
// second look finds the words for it.
//
// Side: heap, floor 2 (read).
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

}  // namespace

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
    return read_pools(sections, blocks, columns);
}

}  // namespace heapkit::read
