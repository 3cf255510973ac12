// SPDX-License-Identifier: MIT
//
// Watches from several threads: whatever comes together, each is told once or cancelled once.
#include "record/watches.h"

#include <thread>
#include <vector>

#include "catch.h"
#include "record/recorder.h"

using namespace prof;

namespace {

void* at(uintptr_t address) { return reinterpret_cast<void*>(address); }

[[gnu::noinline]] void allocated(uintptr_t block) {
    recorder::allocated(at(block), 32, PROF_CALLER());
    asm volatile("");
}

uintptr_t fresh_range() {
    static bool started = recorder::start();
    REQUIRE(started);
    static uintptr_t next = uintptr_t{1} << 42;
    return next += uintptr_t{1} << 24;
}

void count(void*, void* context) { ++*static_cast<std::atomic<int>*>(context); }

}  // namespace

TEST_CASE("each watch of several threads is told or cancelled, once") {
    constexpr int threads = 4, rounds = 5000;
    const uintptr_t range = fresh_range();
    std::atomic<int> told{0}, cancelled{0};
    // Thread i allocates and watches, its neighbour frees, and the one behind that cancels meanwhile.
    std::vector<std::atomic<uint64_t>> numbers(threads * rounds);
    std::vector<std::thread> running;
    for (int thread = 0; thread < threads; ++thread)
        running.emplace_back([&, thread] {
            for (int round = 0; round < rounds; ++round) {
                const auto place = [&](int of) { return static_cast<size_t>(of % threads * rounds + round); };
                const size_t own = place(thread), freed = place(thread + 1), asked = place(thread + 2);
                allocated(range + own * 64);
                numbers[own] = watches::watch(at(range + own * 64), count, &told);
                while (numbers[freed] == 0 || numbers[asked] == 0) std::this_thread::yield();
                recorder::freed(at(range + freed * 64));
                cancelled += watches::unwatch(numbers[asked]);
            }
        });
    for (std::thread& each : running) each.join();
    CHECK(told + cancelled == threads * rounds);
    CHECK(!watches::any());
}

TEST_CASE("a block that a realloc moves may be watched anew elsewhere before the realloc is over") {
    const uintptr_t block = fresh_range();
    std::atomic<int> old_told{0}, new_told{0};
    allocated(block);
    REQUIRE(watches::watch(at(block), count, &old_told) != 0);
    const recorder::InFlight old = recorder::reallocating(at(block));
    std::thread([&] {  // is given the address at once
        allocated(block);
        REQUIRE(watches::watch(at(block), count, &new_told) != 0);
    })
        .join();
    recorder::reallocated(old, at(block + 4096), 64, PROF_CALLER());
    CHECK(old_told == 1);
    CHECK(new_told == 0);
    recorder::freed(at(block));
    CHECK(new_told == 1);
    recorder::freed(at(block + 4096));
}
