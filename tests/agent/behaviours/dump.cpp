// SPDX-License-Identifier: MIT
//
// Opens a snapshot, checks every index, and prints what tests ask for as "name value" lines.
//
// Side: tests.  dump SNAPSHOT [SIZE]   with SIZE: how many live blocks of that many bytes, and how many are reachable
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "read/snapshot.h"

using namespace heapkit;

namespace {

int fail(const Error& error) {
    std::fprintf(stderr, "%s\n", error.what.c_str());
    return 1;
}

// Blocks that a root reaches through pointers of any kind.
std::vector<bool> reachable(const read::Blocks& blocks, const read::Words& words) {
    std::vector<bool> seen(blocks.count());
    std::vector<uint32_t> todo;
    const auto follow = [&](uint64_t begin, uint64_t end) {
        for (uint64_t i = begin; i < end; ++i) {
            const uint32_t kind = words.slot[i] & ((1u << PROF_WORD_KIND_BITS) - 1);
            if (kind > PROF_WORD_END || seen[words.value[i]]) continue;
            seen[words.value[i]] = true;
            todo.push_back(words.value[i]);
        }
    };
    for (const prof_root& root : words.roots) follow(root.words_begin, root.words_end);
    while (!todo.empty()) {
        const uint32_t block = todo.back();
        todo.pop_back();
        follow(block == 0 ? 0 : words.block_end[block - 1], words.block_end[block]);
    }
    return seen;
}

void print_process(const read::Snapshot& snapshot) {
    const prof_process& process = snapshot.process();
    std::printf("program %.*s\n", static_cast<int>(snapshot.program().size()), snapshot.program().data());
    std::printf("pid %" PRIu32 "\nnumber %" PRIu32 "\nreason %" PRIu32 "\n", process.pid, process.snapshot_number,
                process.reason);
    std::printf("contents %" PRIu32 "\nthreads %" PRIu32 "\n", process.contents, process.thread_count);
    std::printf("live_blocks %" PRIu64 "\nlive_bytes %" PRIu64 "\n", process.live_blocks, process.live_bytes);
    std::printf("allocated_blocks %" PRIu64 "\n", process.allocated_blocks);
    std::printf("pause_us %" PRIu64 "\nfile_bytes %" PRIu64 "\n", process.pause_ns / 1000, snapshot.file_bytes());
    std::printf("modules %zu\nmaps %zu\nstacks %zu\n", snapshot.modules().size(), snapshot.maps().size(),
                snapshot.stacks().size());
    for (int i = 0; i < PROF_LOSS_COUNT; ++i) {
        if (const uint64_t lost = snapshot.lost(static_cast<prof_loss>(i)))
            std::printf("loss%d %" PRIu64 "\n", i, lost);
    }
}

void print_blocks_of(uint64_t size, const read::Blocks& blocks, const read::Words& words) {
    const std::vector<bool> seen = reachable(blocks, words);
    size_t live = 0, held = 0;
    for (size_t i = 0; i < blocks.count(); ++i) {
        if (blocks.size_bytes(BlockId(i)) != size) continue;
        ++live;
        held += seen[i];
    }
    std::printf("of_size %zu\nheld %zu\n", live, held);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    auto snapshot = read::Snapshot::open(argv[1]);
    if (!snapshot) return fail(snapshot.error());
    auto blocks = snapshot->blocks();
    if (!blocks) return fail(blocks.error());
    auto words = snapshot->words();
    if (!words) return fail(words.error());
    print_process(*snapshot);
    std::printf("words %zu\nroots %zu\ntargets %zu\n", words->slot.size(), words->roots.size(), words->targets.size());
    const std::vector<bool> seen = reachable(*blocks, *words);
    size_t held = 0;
    for (const bool each : seen) held += each;
    std::printf("reachable %zu\n", held);
    if (argc > 2) print_blocks_of(std::strtoull(argv[2], nullptr, 0), *blocks, *words);
    return 0;
}
