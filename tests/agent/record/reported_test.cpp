// SPDX-License-Identifier: MIT
//
// What a program reports of blocks that it hands out itself, true or not: no byte counts twice, whatever is said.
#include "record/reported.h"

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "catch.h"
#include "record/pools.h"
#include "record/tables.h"

using namespace prof;

namespace {

void* at(uintptr_t address) { return reinterpret_cast<void*>(address); }

[[gnu::noinline]] void malloced(uintptr_t block, size_t bytes) {
    recorder::allocated(at(block), bytes, PROF_CALLER());
    asm volatile("");
}
[[gnu::noinline]] void handed_out(uintptr_t block, size_t bytes) {
    reported::allocated(at(block), bytes, PROF_CALLER());
    asm volatile("");
}
void freed(uintptr_t block) { recorder::freed(at(block)); }
void given_back(uintptr_t block) { reported::freed(at(block)); }

// Blocks here are addresses that nothing else uses, far from each other.
uintptr_t fresh_range() {
    static bool started = recorder::start();
    REQUIRE(started);
    static uintptr_t next = uintptr_t{1} << 42;
    return next += uintptr_t{1} << 24;
}

struct Totals {
    uint64_t bytes, blocks;
    bool operator==(const Totals&) const = default;
};
Totals live() {
    const tables::Totals totals = tables::totals();
    return {totals.live_bytes, totals.live_blocks};
}

// Bytes that live by stack, of all stacks whose counters say that some do.
uint64_t live_of_stacks() {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < tables::stack_count(); ++i) {
        prof_stack stack{};
        tables::stack(i, stack);
        bytes += stack.allocated_bytes - stack.freed_bytes;
    }
    return bytes;
}

struct LostSince {
    prof_loss kind;
    uint64_t before = tables::lost(kind);
    uint64_t count() const { return tables::lost(kind) - before; }
};

std::vector<pools::Reported> alive(uintptr_t from, uintptr_t end) {
    std::vector<pools::Reported> all;
    pools::Reported one;
    for (; pools::next(from, end, one); from = one.address + 1)
        if (!one.is_freed) all.push_back(one);
    return all;
}

}  // namespace

TEST_CASE("a block that is handed out is counted, and the one around it has so much less") {
    const uintptr_t pool = fresh_range();
    const Totals before = live();
    malloced(pool, 4096);
    handed_out(pool + 64, 1000);
    CHECK(live() == Totals{before.bytes + 4096, before.blocks + 2});
    CHECK(live_of_stacks() == live().bytes);
    const auto all = alive(pool, pool + 4096);
    REQUIRE(all.size() == 1);
    CHECK(all[0].address == pool + 64);
    CHECK(all[0].record.size_bytes == 1000);
    CHECK(all[0].record.stack != 0);
    CHECK(all[0].record.thread != 0);
    CHECK(all[0].is_inside);
    given_back(pool + 64);
    CHECK(live() == Totals{before.bytes + 4096, before.blocks + 1});
    freed(pool);
    CHECK(live() == before);
    CHECK(live_of_stacks() == live().bytes);
}

TEST_CASE("memory of the program's own counts by what is handed out of it") {
    const uintptr_t mapping = fresh_range();
    const Totals before = live();
    handed_out(mapping, 100);
    handed_out(mapping + 104, 20);
    CHECK(live() == Totals{before.bytes + 120, before.blocks + 2});
    CHECK_FALSE(alive(mapping, mapping + 1)[0].is_inside);
    reported::freed_in(at(mapping), 4096);
    CHECK(live() == before);
}

TEST_CASE("what was handed out of a block ends with it, by free and by realloc") {
    const uintptr_t pool = fresh_range();
    const Totals before = live();
    for (int way = 0; way < 2; ++way) {
        malloced(pool, 1 << 20);
        for (unsigned i = 0; i < 100; ++i) handed_out(pool + i * 10000, 500);
        CHECK(live() == Totals{before.bytes + (1 << 20), before.blocks + 101});
        if (way == 0) {
            freed(pool);
        } else {
            const recorder::InFlight old = recorder::reallocating(at(pool));
            recorder::reallocated(old, at(pool + (1 << 21)), 64, PROF_CALLER());
            freed(pool + (1 << 21));
        }
        CHECK(live() == before);
        CHECK(alive(pool, pool + (1 << 20)).empty());
    }
    CHECK(live_of_stacks() == live().bytes);
}

TEST_CASE("an arena that is reset gives back what begins in its range, and keeps its own") {
    const uintptr_t pool = fresh_range();
    malloced(pool, 4096);
    const Totals before = live();
    for (unsigned i = 0; i < 10; ++i) handed_out(pool + i * 100, 100);
    reported::freed_in(at(pool + 500), 400);
    CHECK(live() == Totals{before.bytes, before.blocks + 6});
    CHECK(alive(pool, pool + 4096).size() == 6);
    reported::freed_in(at(pool), SIZE_MAX);
    CHECK(live() == before);
    freed(pool);
}

TEST_CASE("a block that is handed out over others ends them, and each is counted as freed unseen") {
    const uintptr_t pool = fresh_range();
    malloced(pool, 4096);
    const Totals before = live();
    handed_out(pool + 100, 100);
    handed_out(pool + 200, 40);
    handed_out(pool + 240, 500);
    const LostSince unseen{PROF_LOSS_IMPLICIT_FREE};
    handed_out(pool + 150, 100);  // the end of the first, the second, the start of the third
    CHECK(unseen.count() == 3);
    CHECK(live() == Totals{before.bytes, before.blocks + 1});
    handed_out(pool + 150, 100);  // the same once more
    CHECK(unseen.count() == 4);
    CHECK(live() == Totals{before.bytes, before.blocks + 1});
    freed(pool);
    CHECK(live_of_stacks() == live().bytes);
}

TEST_CASE("a free of what is not handed out, or not any more, is counted and does nothing") {
    const uintptr_t pool = fresh_range();
    malloced(pool, 4096);
    handed_out(pool, 16);
    const Totals before = live();
    const LostSince unknown{PROF_LOSS_UNKNOWN_FREE};
    given_back(pool + 32);
    given_back(pool + 8);
    CHECK(live() == before);
    given_back(pool);
    given_back(pool);
    CHECK(unknown.count() == 3);
    CHECK(live().blocks == before.blocks - 1);
    freed(pool);
}

TEST_CASE("what cannot be so is not taken") {
    const uintptr_t pool = fresh_range();
    malloced(pool, 4096);
    malloced(pool + 8192, 63);
    const Totals before = live();
    const LostSince lost{PROF_LOSS_REPORTS};
    handed_out(pool + 4000, 97);      // crosses the end
    handed_out(pool + 8192 + 8, 16);  // in a block too small to be a pool
    handed_out((uintptr_t{1} << 47) - 8, 16);
    handed_out(uintptr_t{1} << 47, 16);
    handed_out(UINTPTR_MAX - 7, SIZE_MAX);
    handed_out(pool, SIZE_MAX);
    CHECK(lost.count() == 6);
    handed_out(0, 16);
    handed_out(pool, 0);
    given_back(0);
    reported::freed_in(at(UINTPTR_MAX), SIZE_MAX);
    CHECK(lost.count() == 6);
    CHECK(live() == before);
    handed_out(pool + 4000, 96);  // up to the end
    CHECK(live() == Totals{before.bytes, before.blocks + 1});
    freed(pool);
    freed(pool + 8192);
}

TEST_CASE("blocks of every alignment are kept apart as far as they begin 8 bytes apart") {
    const uintptr_t pool = fresh_range();
    malloced(pool, 4096);
    const LostSince lost{PROF_LOSS_REPORTS};
    for (unsigned i = 0; i < 100; ++i) handed_out(pool + i * 9 + 1, 9);
    CHECK(lost.count() == 0);
    const auto all = alive(pool, pool + 4096);
    REQUIRE(all.size() == 100);
    for (unsigned i = 0; i < 100; ++i) {
        CHECK(all[i].address == pool + i * 9 + 1);
        CHECK(all[i].record.size_bytes == 9);
    }
    handed_out(pool + 2048, 2);
    handed_out(pool + 2050, 2);  // goes to the slot of 8 bytes
    handed_out(pool + 2052, 2);  // has none left
    CHECK(lost.count() == 1);
    freed(pool);
    CHECK(live_of_stacks() == live().bytes);
}

TEST_CASE("what came back is remembered until the place is handed out again") {
    const uintptr_t mapping = fresh_range();
    handed_out(mapping + 16, 200);
    given_back(mapping + 16);
    pools::Reported one;
    REQUIRE(pools::next(mapping, mapping + 4096, one));
    CHECK(one.is_freed);
    CHECK(one.address == mapping + 16);
    CHECK(one.record.size_bytes == 200);
    const LostSince unseen{PROF_LOSS_IMPLICIT_FREE};
    handed_out(mapping + 100, 20);
    REQUIRE(pools::next(mapping, mapping + 4096, one));
    CHECK_FALSE(one.is_freed);
    CHECK(one.address == mapping + 100);
    CHECK(unseen.count() == 0);
    given_back(mapping + 100);
}

TEST_CASE("reports of any kind leave the table as a simple list of them would") {
    const uintptr_t pool = fresh_range();
    constexpr size_t bytes = 3000;
    const Totals before = live();
    malloced(pool, bytes);
    std::map<uintptr_t, size_t> model;
    std::mt19937 random(7);
    const auto any = [&](size_t most) { return std::uniform_int_distribution<size_t>(0, most - 1)(random); };
    for (int step = 0; step < 20000; ++step) {
        const uintptr_t address = pool + any(bytes) / 8 * 8;
        if (any(3) == 0) {
            if (model.erase(address) != 0 || any(2) == 0) given_back(address);
            continue;
        }
        const size_t size = 1 + any(any(8) == 0 ? 600 : 40);
        handed_out(address, size);
        if (address + size > pool + bytes) continue;
        std::erase_if(model,
                      [&](const auto& old) { return old.first < address + size && old.first + old.second > address; });
        model[address] = size;
        if (step % 500 == 0) {
            std::map<uintptr_t, size_t> there;
            for (const pools::Reported& one : alive(pool, pool + bytes)) there[one.address] = one.record.size_bytes;
            REQUIRE(there == model);
            REQUIRE(live() == Totals{before.bytes + bytes, before.blocks + 1 + model.size()});
        }
    }
    freed(pool);
    CHECK(live() == before);
    CHECK(live_of_stacks() == live().bytes);
}

// Last: the counters are those of several threads from here on.
TEST_CASE("threads may hand out of one block at once, and one of them what another gives back") {
    const uintptr_t pool = fresh_range();
    constexpr unsigned threads = 4, each = 5000;
    malloced(pool, size_t{threads} * each * 24);
    const auto handing_out = [&](unsigned first) {
        for (unsigned i = 0; i < each; ++i) handed_out(pool + (uintptr_t{i} * threads + first) * 24, 24);
    };
    std::vector<std::thread> all;
    for (unsigned first = 0; first < threads; ++first) all.emplace_back(handing_out, first);
    for (std::thread& thread : all) thread.join();
    CHECK(alive(pool, pool + size_t{threads} * each * 24).size() == threads * each);
    all.clear();
    for (unsigned first = 0; first < threads; ++first)
        all.emplace_back([&, first] {
            for (unsigned i = 0; i < each; ++i) given_back(pool + (uintptr_t{first} * each + i) * 24);
        });
    for (std::thread& thread : all) thread.join();
    CHECK(alive(pool, pool + size_t{threads} * each * 24).empty());
    freed(pool);
    tables::fold_thread_counters();
    CHECK(live_of_stacks() == live().bytes);
}
