// SPDX-License-Identifier: MIT
//
// The recorder while it samples, as its hooks use it: facts in, estimates out.
#include "record/sampled.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <thread>
#include <vector>

#include "catch.h"
#include "record/counters.h"
#include "record/sampler.h"
#include "record/tables.h"

using namespace prof;

namespace {

constexpr uint64_t mean = 4096;

// Stands in for malloc: a block is an address that nothing else uses.
[[gnu::noinline]] void hook_allocated(uintptr_t block, size_t size) {
    if (sampler::passes_by(size)) return;
    sampled::allocated(reinterpret_cast<void*>(block), size, PROF_CALLER());
    asm volatile("");
}

void hook_freed(uintptr_t block) { recorder::freed(reinterpret_cast<void*>(block)); }

[[gnu::noinline]] void hook_reallocated(uintptr_t block, uintptr_t fresh, size_t size) {
    const recorder::InFlight old = recorder::reallocating(reinterpret_cast<void*>(block));
    recorder::reallocated(old, reinterpret_cast<void*>(fresh), size, PROF_CALLER());
    asm volatile("");
}

void start_once() {
    static const bool started = [] {
        sampler::start(mean, 20240607);
        return recorder::start();
    }();
    REQUIRE(started);
}

uintptr_t fresh_blocks(size_t count, size_t bytes) {
    static std::atomic<uintptr_t> next{uintptr_t{1} << 41};
    return next.fetch_add(count * bytes + 4096) & ~uintptr_t{4095};
}

uint64_t sampled_blocks() {
    uint64_t count = 0;
    tables::Block block;
    for (tables::BlockCursor cursor; cursor.next(block);) ++count;
    return count;
}

[[gnu::noinline]] void allocate_many(uintptr_t first, size_t count, size_t bytes) {
    for (size_t i = 0; i < count; ++i) hook_allocated(first + i * bytes, bytes);
    asm volatile("");
}

void free_many(uintptr_t first, size_t count, size_t bytes) {
    for (size_t i = 0; i < count; ++i) hook_freed(first + i * bytes);
}

// How far the live estimate is from the truth, in standard deviations of blocks of one size.
double sigmas_off(uint64_t estimate, size_t count, size_t bytes) {
    const double weight = std::ldexp(static_cast<double>(sampler::weight_of(bytes)), -16);
    const double sigma = std::sqrt(static_cast<double>(count) * (weight - 1)) * static_cast<double>(bytes);
    return std::abs(static_cast<double>(estimate) - static_cast<double>(count * bytes)) / sigma;
}

}  // namespace

TEST_CASE("what lives is estimated, and nothing is left when all is freed") {
    start_once();
    constexpr size_t count = 50'000, bytes = 96;
    const uintptr_t first = fresh_blocks(count, bytes);
    allocate_many(first, count, bytes);
    CHECK(sampled_blocks() > 500);
    CHECK(sampled_blocks() < 2000);
    CHECK(sigmas_off(tables::totals().live_bytes, count, bytes) < 4);
    CHECK(tables::totals().peak_bytes == tables::totals().live_bytes);
    free_many(first, count, bytes);
    CHECK(sampled_blocks() == 0);
    CHECK(tables::totals().live_bytes == 0);
    CHECK(tables::totals().live_blocks == 0);
    CHECK(tables::lost(PROF_LOSS_UNKNOWN_FREE) == 0);
}

TEST_CASE("what was allocated is estimated when it is long gone, though all of it lay at one address") {
    start_once();
    constexpr size_t count = 20'000, bytes = 3000;  // one in two, of weight 1.9: half a block has to be rounded
    const tables::Totals before = tables::totals();
    const uintptr_t block = fresh_blocks(1, bytes);
    for (size_t i = 0; i < count; ++i) {
        hook_allocated(block, bytes);
        hook_freed(block);
    }
    const tables::Totals after = tables::totals();
    CHECK(sigmas_off(after.allocated_bytes - before.allocated_bytes, count, bytes) < 4);
    CHECK(sigmas_off((after.allocated_blocks - before.allocated_blocks) * bytes, count, bytes) < 4);
    CHECK(sigmas_off((after.temporary_blocks - before.temporary_blocks) * bytes, count, bytes) < 4);
    CHECK(after.live_bytes == before.live_bytes);
}

TEST_CASE("a block is not temporary when another was allocated after it, be it in the sample or not") {
    start_once();
    const tables::Totals before = tables::totals();
    const uintptr_t block = fresh_blocks(2, 1 << 20);
    hook_allocated(block, 1 << 20);
    hook_allocated(block + (1 << 20), 1);
    hook_freed(block);
    CHECK(tables::totals().temporary_blocks == before.temporary_blocks);
    hook_freed(block + (1 << 20));
}

TEST_CASE("a realloc is a free and an allocation of the new size") {
    start_once();
    constexpr size_t count = 20'000;
    const uintptr_t first = fresh_blocks(count, 64), second = fresh_blocks(count, 640);
    allocate_many(first, count, 64);
    for (size_t i = 0; i < count; ++i) hook_reallocated(first + i * 64, second + i * 640, 640);
    CHECK(sigmas_off(tables::totals().live_bytes, count, 640) < 4);
    free_many(first, count, 64);  // none of them is there any more
    CHECK(sigmas_off(tables::totals().live_bytes, count, 640) < 4);
    free_many(second, count, 640);
    CHECK(tables::totals().live_bytes == 0);
}

TEST_CASE("a realloc that fails leaves the block in the sample") {
    start_once();
    const uintptr_t block = fresh_blocks(1, 1 << 20);
    hook_allocated(block, 1 << 20);
    const uint64_t live = tables::totals().live_bytes;
    recorder::not_reallocated(recorder::reallocating(reinterpret_cast<void*>(block)));
    CHECK(tables::totals().live_bytes == live);
    CHECK(sampled_blocks() == 1);
    hook_freed(block);
    CHECK(tables::totals().live_bytes == 0);
}

TEST_CASE("an operator new above malloc does not get a second chance to be in the sample") {
    start_once();
    constexpr size_t count = 20'000, bytes = 64;
    const uintptr_t first = fresh_blocks(count, bytes);
    const auto operator_new = [](uintptr_t block) {
        sampled::begin_above();
        hook_allocated(block, bytes);
        recorder::allocated_unless_recorded(reinterpret_cast<void*>(block), bytes, PROF_CALLER());
    };
    for (size_t i = 0; i < count; ++i) operator_new(first + i * bytes);
    CHECK(sigmas_off(tables::totals().live_bytes, count, bytes) < 4);
    free_many(first, count, bytes);
}

TEST_CASE("an operator new of its own kind is sampled, at the same address again and again") {
    start_once();
    constexpr size_t count = 50'000, bytes = 64;
    const uint64_t before = tables::totals().allocated_bytes;
    const uintptr_t block = fresh_blocks(1, bytes);
    for (size_t i = 0; i < count; ++i) {
        sampled::begin_above();
        recorder::allocated_unless_recorded(reinterpret_cast<void*>(block), bytes, PROF_CALLER());
        recorder::freed_above(reinterpret_cast<void*>(block));
    }
    CHECK(sigmas_off(tables::totals().allocated_bytes - before, count, bytes) < 4);
}

TEST_CASE("threads draw samples of their own, and what one allocates another may free") {
    start_once();
    constexpr size_t count = 30'000, bytes = 48, thread_count = 4;
    const uintptr_t first = fresh_blocks(count * thread_count, bytes);
    const auto in_threads = [&](auto act) {
        std::vector<std::thread> threads;
        for (size_t i = 0; i < thread_count; ++i)
            threads.emplace_back([=] { act(first + i * count * bytes, count, bytes); });
        for (std::thread& thread : threads) thread.join();
    };
    const uint64_t before = tables::totals().live_bytes;  // of the threads themselves: nothing, they call no hook
    in_threads(allocate_many);
    CHECK(sigmas_off(tables::totals().live_bytes - before, count * thread_count, bytes) < 4);
    in_threads(free_many);
    CHECK(tables::totals().live_bytes == before);
    CHECK(sampled_blocks() == 0);
}

TEST_CASE("a forked child keeps its share of the sample, and draws on another one than its parent") {
    start_once();
    constexpr size_t count = 20'000, bytes = 80;
    const uintptr_t first = fresh_blocks(2 * count, bytes), more = first + count * bytes;
    allocate_many(first, count, bytes);
    const uint64_t inherited = tables::totals().live_bytes;
    int pipes[2];
    REQUIRE(pipe(pipes) == 0);
    if (const pid_t child = fork(); child == 0) {
        allocate_many(more, count, bytes);
        const uint64_t own = tables::totals().live_bytes - inherited;
        free_many(first, 2 * count, bytes);
        const uint64_t answers[2] = {own, tables::totals().live_bytes};
        _exit(write(pipes[1], answers, sizeof answers) == sizeof answers ? 0 : 1);
    } else {
        REQUIRE(child > 0);
        uint64_t answers[2] = {0, 1};
        REQUIRE(read(pipes[0], answers, sizeof answers) == sizeof answers);
        waitpid(child, nullptr, 0);
        allocate_many(more, count, bytes);
        const uint64_t own = tables::totals().live_bytes - inherited;
        CHECK(sigmas_off(answers[0], count, bytes) < 4);
        CHECK(sigmas_off(own, count, bytes) < 4);
        CHECK(answers[0] != own);
        CHECK(answers[1] == 0);
    }
    free_many(first, 2 * count, bytes);
    CHECK(tables::totals().live_bytes == 0);
}
