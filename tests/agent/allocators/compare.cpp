// SPDX-License-Identifier: MIT
//
// Whether a snapshot has exactly the blocks that the program families.cpp says it holds.
//
// Side: tests.  compare SNAPSHOT TRUTH   says what differs; exits with 1 when something does
//
// The program's blocks are those whose stack has one of its functions innermost, once operator new and what an
// allocator puts around it are taken off: frames of libraries, as long as they are not libc's.
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "read/snapshot.h"

using namespace heapkit;

namespace {

struct Sums {
    uint64_t blocks = 0, bytes = 0;
};

const prof_module* module_at(const read::Snapshot& snapshot, uint64_t address) {
    for (const prof_module& module : snapshot.modules())
        if (address >= module.start && address < module.end) return &module;
    return nullptr;
}

bool is_programs(const read::Snapshot& snapshot, const prof_stack& stack) {
    constexpr uint64_t address_bits = (uint64_t{1} << 48) - 1;
    for (uint32_t node = stack.node; node != 0; node = snapshot.node_parent()[node]) {
        const prof_module* module = module_at(snapshot, (snapshot.node_pc()[node] & address_bits) - 1);
        if (module == nullptr) return false;
        if ((module->flags & PROF_MODULE_EXECUTABLE) != 0) return true;
        const std::string path(snapshot.string(module->path));
        if (path.find("/libc.so") != std::string::npos || path.find("/ld-linux") != std::string::npos) return false;
    }
    return false;
}

int differs(const char* what, uint64_t ours, uint64_t theirs) {
    if (ours == theirs) return 0;
    std::printf("%s: %" PRIu64 " in the snapshot, %" PRIu64 " by the program\n", what, ours, theirs);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    auto snapshot = read::Snapshot::open(argv[1]);
    auto blocks = snapshot ? snapshot->blocks() : snapshot.error();
    if (!blocks) return std::fprintf(stderr, "%s\n", blocks.error().what.c_str()), 2;

    std::ifstream file(argv[2]);
    std::string word;
    Sums allocated, live;
    file >> word >> allocated.blocks >> allocated.bytes;
    std::map<uint64_t, uint64_t> truth;
    for (uint64_t size; file >> word >> size; ++live.blocks, live.bytes += size)
        truth[std::stoull(word, nullptr, 16)] = size;

    std::vector<bool> programs;
    Sums seen_allocated, seen_live;
    for (const prof_stack& stack : snapshot->stacks()) {
        programs.push_back(is_programs(*snapshot, stack));
        if (!programs.back()) continue;
        seen_allocated.blocks += stack.allocated_blocks, seen_allocated.bytes += stack.allocated_bytes;
    }
    int wrong = truth.size() == live.blocks ? 0 : 1;
    for (uint32_t i = 0; i < blocks->count(); ++i) {
        const BlockId block(i);
        if (!programs[blocks->stack_of(block).index()]) continue;
        ++seen_live.blocks, seen_live.bytes += blocks->size_bytes(block);
        const auto said = truth.find(blocks->address[i]);
        if (said == truth.end()) {
            if (wrong++ < 5)
                std::printf("%" PRIx64 " of %" PRIu64 " bytes is not alive\n", blocks->address[i],
                            blocks->size_bytes(block));
        } else if (said->second != blocks->size_bytes(block)) {
            if (wrong++ < 5)
                std::printf("%" PRIx64 " has %" PRIu64 " bytes, not %" PRIu64 "\n", said->first, said->second,
                            blocks->size_bytes(block));
        }
    }
    wrong += differs("live blocks", seen_live.blocks, live.blocks);
    wrong += differs("live bytes", seen_live.bytes, live.bytes);
    wrong += differs("allocated blocks", seen_allocated.blocks, allocated.blocks);
    wrong += differs("allocated bytes", seen_allocated.bytes, allocated.bytes);
    wrong += differs("allocations inside of a hook", snapshot->lost(PROF_LOSS_REENTRANT), 0);
    wrong += differs("implicit frees", snapshot->lost(PROF_LOSS_IMPLICIT_FREE), 0);
    wrong += differs("unknown frees", snapshot->lost(PROF_LOSS_UNKNOWN_FREE), 0);
    return wrong == 0 ? 0 : 1;
}
