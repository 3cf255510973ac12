// SPDX-License-Identifier: MIT
//
// A program to measure, in the manner of larson: each thread owns slots, frees a random one and allocates another of
// random size in its place.
//
// Side:    tests, bench. Usage: larson THREADS OPERATIONS [LIVE_BLOCKS [MEAN_BYTES [DEPTH]]]
// Operations are those of each thread.
#include <thread>
#include <vector>

#include "plan.h"

namespace {

struct Plan {
    size_t operations, blocks, mean_bytes, depth;
};

// Frames between the thread's loop and its malloc, each with a call behind it so that none becomes a jump.
[[gnu::noinline]] void* allocate(size_t depth, size_t bytes) {
    if (depth == 0) return std::malloc(bytes);
    return bench::seen(allocate(depth - 1, bytes));
}

void churn(const Plan& plan, uint64_t seed) {
    std::vector<void*> slots(plan.blocks);
    uint64_t state = seed;
    const auto bytes = [&] { return 8 + bench::next(state) % (2 * plan.mean_bytes - 8); };
    for (void*& slot : slots) slot = allocate(plan.depth, bytes());
    for (size_t i = 0; i < plan.operations; ++i) {
        void*& slot = slots[bench::next(state) % slots.size()];
        std::free(slot);
        slot = allocate(plan.depth, bytes());
    }
    for (void* slot : slots) std::free(slot);
}

}  // namespace

int main(int argc, char** argv) {
    const size_t threads = bench::number(argc, argv, 1, 1);
    const Plan plan = {.operations = bench::number(argc, argv, 2, 1'000'000),
                       .blocks = bench::number(argc, argv, 3, 1000),
                       .mean_bytes = bench::number(argc, argv, 4, 64),
                       .depth = bench::number(argc, argv, 5, 8)};
    std::vector<std::thread> team;
    for (size_t i = 0; i < threads; ++i) team.emplace_back(churn, plan, i + 1);
    for (std::thread& thread : team) thread.join();
}
