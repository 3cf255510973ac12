// SPDX-License-Identifier: MIT
//
// A program to measure, in the manner of larson: each thread owns slots, frees a random one and allocates another of
// random size in its place.
//
// Side:    tests, bench. Usage: churn THREADS LIVE_BLOCKS OPERATIONS [MEAN_BYTES [DEPTH]]
// Prints operations a second of wall time.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

struct Plan {
    size_t blocks, operations, mean_bytes, depth;
};

uint64_t next(uint64_t& state) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

// Frames between the thread's loop and its malloc, each with a call behind it so that none becomes a jump.
[[gnu::noinline]] void* allocate(size_t depth, size_t bytes) {
    if (depth == 0) return std::malloc(bytes);
    void* block = allocate(depth - 1, bytes);
    asm volatile("" : "+r"(block));
    return block;
}

void churn(const Plan& plan, uint64_t seed) {
    std::vector<void*> slots(plan.blocks);
    uint64_t state = seed;
    const auto bytes = [&] { return 8 + next(state) % (2 * plan.mean_bytes - 8); };
    for (void*& slot : slots) slot = allocate(plan.depth, bytes());
    for (size_t i = 0; i < plan.operations; ++i) {
        void*& slot = slots[next(state) % slots.size()];
        std::free(slot);
        slot = allocate(plan.depth, bytes());
    }
    for (void* slot : slots) std::free(slot);
}

size_t number(int argc, char** argv, int index, size_t fallback) {
    return index < argc ? std::strtoul(argv[index], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
    const size_t threads = number(argc, argv, 1, 1);
    const Plan plan = {.blocks = number(argc, argv, 2, 1000),
                       .operations = number(argc, argv, 3, 1'000'000),
                       .mean_bytes = number(argc, argv, 4, 64),
                       .depth = number(argc, argv, 5, 8)};
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> team;
    for (size_t i = 0; i < threads; ++i) team.emplace_back(churn, plan, i + 1);
    for (std::thread& thread : team) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%.0f\n", static_cast<double>(threads * (plan.blocks + plan.operations)) / took.count());
}
