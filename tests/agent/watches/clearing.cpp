// SPDX-License-Identifier: MIT
//
// A program that forgets what was recorded of it, alone and while its threads go on. Side: tests.
#include <prof/prof.hpp>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "say.h"

namespace {

using self_test::say;

void* fresh(size_t bytes) {
    void* const block = std::malloc(bytes);
    asm volatile("" ::"r"(block) : "memory");
    return block;
}

void forgotten_blocks_are_in_no_sum_and_no_snapshot() {
    std::vector<void*> before(1000);
    for (void*& block : before) block = fresh(1000);
    char* const pool = static_cast<char*>(fresh(64 << 10));
    for (int i = 0; i < 100; ++i) prof_block_allocated(pool + i * 64, 64);
    say("much lives before", prof::traced_memory().current_bytes > 1'000'000);
    say("all is forgotten", prof::clear_traces());
    say("nothing lives then, and the peak is low",
        prof::traced_memory().current_bytes < 4096 && prof::traced_memory().peak_bytes < 4096);
    void* frame = nullptr;
    say("a forgotten block has no stack",
        prof::allocation_stack(before[0], &frame, 1) == 0 && prof::allocation_stack(pool + 64, &frame, 1) == 0);
    void* const moved = std::realloc(before[0], 50'000);
    say("one that moves is a new one", prof::allocation_stack(moved, &frame, 1) > 0);
    for (size_t i = 1; i < before.size(); ++i) std::free(before[i]);
    std::free(pool);
    std::free(moved);
    say("what they free counts for nothing", prof::traced_memory().current_bytes < 4096);
    for (int i = 0; i < 77; ++i) before[static_cast<size_t>(i)] = fresh(12'345);
    say("what comes now counts",
        prof::traced_memory().current_bytes >= 77 * 12'345 && prof::traced_memory().current_bytes < 77 * 12'345 + 4096);
    prof::take_snapshot("after.heap");
}

void threads_may_go_on_while_all_is_forgotten() {
    std::atomic<bool> is_over{false};
    std::vector<std::thread> threads;
    for (unsigned seed = 1; seed <= 4; ++seed)
        threads.emplace_back([&is_over, seed] {
            std::vector<void*> held(512);
            for (unsigned number = seed; !is_over; number = number * 1664525 + 1013904223) {
                void*& block = held[number >> 20 & 511];
                std::free(block);
                block = fresh(number >> 8 & 2047);
            }
            for (void* block : held) std::free(block);
        });
    int forgotten = 0;
    for (int i = 0; i < 200; ++i) forgotten += prof::clear_traces();
    is_over = true;
    for (std::thread& each : threads) each.join();
    say("it was done each time", forgotten == 200);
    say("no sum fell below nothing", prof::traced_memory().current_bytes < 1 << 20);
    prof::take_snapshot("after.heap");
}

constexpr self_test::Sentence sentences[] = {
#define SENTENCE(name) \
    { #name, name }
    SENTENCE(forgotten_blocks_are_in_no_sum_and_no_snapshot),
    SENTENCE(threads_may_go_on_while_all_is_forgotten),
#undef SENTENCE
};

}  // namespace

int main(int argc, char** argv) { return self_test::run(sentences, argc, argv); }
