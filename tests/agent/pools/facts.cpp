// SPDX-License-Identifier: MIT
//
// What a snapshot says of blocks that a program handed out itself and of roots that it declared, as "name value" lines.
//
// Side: tests.  facts SNAPSHOT BYTES   the blocks of so many bytes are those that were handed out
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "analyze/verdicts.h"

using namespace heapkit;

namespace {

int fail(const Error& error) {
    std::fprintf(stderr, "%s\n", error.what.c_str());
    return 1;
}

struct Sums {
    uint64_t bytes = 0, handed_out = 0, in_pools = 0, lost = 0, reachable_pools = 0;
};

Sums sums_of(const read::Blocks& blocks, const analyze::Verdicts& verdicts, uint64_t handed_out_bytes) {
    Sums sums;
    for (uint32_t i = 0; i < blocks.count(); ++i) {
        const BlockId block(i);
        sums.bytes += blocks.size_bytes(block);
        if (blocks.size_bytes(block) != handed_out_bytes) continue;
        ++sums.handed_out;
        sums.in_pools += blocks.pool_around(block) != nullptr;
        sums.lost += verdicts.of[i] == analyze::LeakKind::definite || verdicts.of[i] == analyze::LeakKind::indirect;
    }
    for (const prof_pool& pool : blocks.pools)
        sums.reachable_pools +=
            pool.block != PROF_POOL_NO_BLOCK && verdicts.of[pool.block] == analyze::LeakKind::reachable;
    return sums;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const auto snapshot = read::Snapshot::open(argv[1]);
    if (!snapshot) return fail(snapshot.error());
    const auto blocks = snapshot->blocks();
    if (!blocks) return fail(blocks.error());
    const auto verdicts = analyze::verdicts_of(*snapshot, {});
    if (!verdicts) return fail(verdicts.error());
    const Sums sums = sums_of(*blocks, *verdicts, std::strtoull(argv[2], nullptr, 0));
    uint64_t by_stack = 0;
    for (const prof_stack& stack : snapshot->stacks()) by_stack += stack.allocated_bytes - stack.freed_bytes;
    std::printf("live_bytes %" PRIu64 "\nblock_bytes %" PRIu64 "\nstack_bytes %" PRIu64 "\npeak_bytes %" PRIu64 "\n",
                snapshot->process().live_bytes, sums.bytes, by_stack, snapshot->process().peak_bytes);
    std::printf("pools %zu\nreachable_pools %" PRIu64 "\n", blocks->pools.size(), sums.reachable_pools);
    std::printf("handed_out %" PRIu64 "\nin_pools %" PRIu64 "\nlost %" PRIu64 "\n", sums.handed_out, sums.in_pools,
                sums.lost);
    const auto words = snapshot->words();
    for (const prof_root& root : words->roots) {
        if (root.kind != PROF_ROOT_DECLARED) continue;
        std::printf("root_%s %" PRIu64 "\n", snapshot->string(root.owner).data(), root.words_end - root.words_begin);
    }
    for (int i = 0; i < PROF_LOSS_COUNT; ++i)
        if (const uint64_t lost = snapshot->lost(static_cast<prof_loss>(i)))
            std::printf("loss%d %" PRIu64 "\n", i, lost);
    return 0;
}
