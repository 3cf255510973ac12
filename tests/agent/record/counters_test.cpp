// SPDX-License-Identifier: MIT
//
// Counters, the peak and lifetimes: exact with one thread, within the stated bound with more.
#include "record/counters.h"

#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "catch.h"
#include "record/stacks.h"

using namespace prof;

namespace {

// Stack numbers that no other case uses.
std::vector<uint32_t> make_stacks(size_t count) {
    static bool started = stacks::start() || stacks::node_total != 0;
    static uint64_t next_pc = uint64_t{1} << 30;
    REQUIRE(started);
    std::vector<uint32_t> made;
    for (size_t i = 0; i < count; ++i) made.push_back(stacks::leaf(stacks::intern(stacks::empty_stack, next_pc++), 0));
    return made;
}

prof_stack read(uint32_t stack) {
    prof_stack out;
    counters::read(stack, out);
    return out;
}

}  // namespace

TEST_CASE("what a stack did adds up") {
    uint32_t stack = make_stacks(1)[0];
    counters::allocated_alone(stack, 100);
    counters::allocated_alone(stack, 50);
    counters::freed_alone(stack, 100, true, 2);
    prof_stack out = read(stack);
    CHECK(out.allocated_bytes == 150);
    CHECK(out.allocated_blocks == 2);
    CHECK(out.freed_bytes == 100);
    CHECK(out.freed_blocks == 1);
    CHECK(out.temporary_blocks == 1);
    CHECK(out.lifetimes[2] == 1);
    counters::freed_alone(stack, 50, false, 0);
}

TEST_CASE("lifetimes stay at their bound") {
    uint32_t stack = make_stacks(1)[0];
    for (int i = 0; i < 70000; ++i) {
        counters::allocated_alone(stack, 1);
        counters::freed_alone(stack, 1, false, 7);
    }
    CHECK(read(stack).lifetimes[7] == 65535);
}

TEST_CASE("with one thread the values at the peak are exact") {
    auto numbers = make_stacks(8);
    std::mt19937_64 random(3);
    std::vector<std::pair<uint32_t, uint64_t>> live;
    std::map<uint32_t, uint64_t> now, at_peak;
    uint64_t base = counters::totals.live_bytes, total = base, peak = counters::totals.peak_bytes;
    counters::allocated_alone(numbers[0], peak);  // whatever came before, the peak is in this case
    live.emplace_back(numbers[0], peak);
    now[numbers[0]] = peak;
    total += peak;
    if (total > peak) peak = total, at_peak = now;
    for (int i = 0; i < 20000; ++i) {
        bool grow = live.empty() || random() % 100 < (i / 3000 % 2 == 0 ? 70u : 35u);
        if (grow) {
            uint32_t stack = numbers[random() % numbers.size()];
            uint64_t bytes = random() % 500;
            counters::allocated_alone(stack, bytes);
            live.emplace_back(stack, bytes);
            now[stack] += bytes;
            total += bytes;
            if (total > peak) peak = total, at_peak = now;
        } else {
            std::swap(live[random() % live.size()], live.back());
            auto [stack, bytes] = live.back();
            live.pop_back();
            counters::freed_alone(stack, bytes, false, 0);
            now[stack] -= bytes;
            total -= bytes;
        }
        if (i % 1000 != 0) continue;
        REQUIRE(counters::totals.peak_bytes == peak);
        for (uint32_t stack : numbers) REQUIRE(read(stack).peak_bytes == at_peak[stack]);
    }
    for (auto [stack, bytes] : live) counters::freed_alone(stack, bytes, false, 0);
    CHECK(counters::totals.live_bytes == base);
}

TEST_CASE("threads' shares add up, and the peak is within what they hold back") {
    constexpr size_t threads = 4, rounds = 30, blocks = 2000;
    auto numbers = make_stacks(700);
    uint64_t before_live = counters::totals.live_bytes, before_peak = counters::totals.peak_bytes;
    std::vector<std::unique_ptr<counters::Cache>> caches;
    for (size_t i = 0; i < threads; ++i) caches.push_back(std::make_unique<counters::Cache>());
    std::vector<std::thread> running;
    for (size_t t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
            for (size_t round = 0; round < rounds; ++round) {
                for (size_t i = 0; i < blocks; ++i)
                    counters::allocated_shared(*caches[t], numbers[(i * 7 + t) % numbers.size()], 10 + i % 100);
                for (size_t i = 0; i < blocks; ++i)
                    counters::freed_shared(*caches[t], numbers[(i * 7 + t) % numbers.size()], 10 + i % 100, i % 2 == 0,
                                           1);
            }
        });
    }
    for (auto& thread : running) thread.join();
    for (auto& cache : caches) counters::hand_over(*cache);
    uint64_t allocated = 0, freed = 0, temporary = 0;
    for (uint32_t stack : numbers) {
        prof_stack out = read(stack);
        CHECK(out.allocated_bytes == out.freed_bytes);
        allocated += out.allocated_blocks;
        freed += out.freed_blocks;
        temporary += out.temporary_blocks;
    }
    CHECK(allocated == threads * rounds * blocks);
    CHECK(freed == allocated);
    CHECK(temporary == allocated / 2);
    CHECK(counters::totals.live_bytes == before_live);
    CHECK(counters::totals.peak_bytes >= before_peak);
}
