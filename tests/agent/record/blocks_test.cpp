// SPDX-License-Identifier: MIT
//
// The side table, with addresses that nothing stands behind: it never looks at a block itself.
#include "record/blocks.h"

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "catch.h"
#include "record/tables.h"

using namespace prof::blocks;

namespace {

// Each case works in a part of the address space of its own.
uintptr_t fresh_region() {
    static uintptr_t next = uintptr_t{1} << 40;
    return next += uintptr_t{1} << 32;
}

bool insert(uintptr_t address, const Record& record, Displaced& displaced) {
    return insert_fast(address, record) || insert_slow(address, record, displaced);
}

void insert_alone(uintptr_t address, const Record& record) {
    Displaced displaced;
    REQUIRE(insert(address, record, displaced));
    REQUIRE(displaced.count == 0);
}

bool same(const Record& a, const Record& b) {
    return a.size_bytes == b.size_bytes && a.stack == b.stack && a.birth == b.birth && a.thread == b.thread;
}

std::map<uintptr_t, Record> all_in(uintptr_t start, uintptr_t end) {
    std::map<uintptr_t, Record> found;
    uintptr_t address = 0;
    Record record;
    for (uintptr_t from = start; next_block(from, address, record) && address < end; from = address + 1)
        found[address] = record;
    return found;
}

}  // namespace

TEST_CASE("every field comes back as it went in, at its bounds") {
    uintptr_t at = fresh_region();
    for (uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{63}, uint64_t{64}, uint64_t{65}, max_size}) {
        for (uint32_t stack : {0u, 1u, max_stack}) {
            for (uint32_t birth : {1u, max_tick}) {
                for (uintptr_t offset : {0, 8, 16, 24}) {
                    uint32_t most = size < large_bytes ? max_small_thread : max_thread;
                    Record record{.size_bytes = size, .stack = stack, .birth = birth, .thread = most};
                    insert_alone(at + offset, record);
                    Record found;
                    REQUIRE(find(at + offset, found));
                    REQUIRE(same(found, record));
                    Taken taken = take(at + offset);
                    REQUIRE(taken.size_bytes == size);
                    REQUIRE(stack_of(taken.first) == stack);
                    REQUIRE(birth_of(taken.first) == birth);
                    REQUIRE(take(at + offset).first == 0);
                    at += 1 << 12;
                }
            }
        }
    }
}

TEST_CASE("a small block of a late thread has no thread rather than a wrong one") {
    uintptr_t at = fresh_region();
    insert_alone(at, {.size_bytes = 10, .stack = 1, .birth = 1, .thread = max_small_thread + 1});
    Record found;
    REQUIRE(find(at, found));
    CHECK(found.thread == 0);
}

TEST_CASE("a large block's second half may lie in the next leaf") {
    uintptr_t at = fresh_region() + (1 << 16) - 32;
    Record record{.size_bytes = 4096, .stack = 7, .birth = 3, .thread = 2};
    insert_alone(at, record);
    REQUIRE(all_in(at, at + 4096).size() == 1);
    CHECK(take(at).size_bytes == 4096);
    CHECK(all_in(at, at + 4096).empty());
}

TEST_CASE("an address inside a block is not taken for its start") {
    uintptr_t at = fresh_region();
    insert_alone(at, {.size_bytes = 100, .stack = 1, .birth = 1, .thread = 1});
    for (uintptr_t inside = 8; inside < 100; inside += 8) CHECK(take(at + inside).first == 0);
    CHECK(take(at).size_bytes == 100);
}

TEST_CASE("a block over others displaces each of them once") {
    uintptr_t at = fresh_region();
    Displaced displaced;
    SECTION("the same place") {
        insert_alone(at, {.size_bytes = 40, .stack = 1, .birth = 1, .thread = 1});
        REQUIRE(insert(at, {.size_bytes = 48, .stack = 2, .birth = 2, .thread = 1}, displaced));
        REQUIRE(displaced.count == 1);
        CHECK(displaced.record[0].size_bytes == 40);
    }
    SECTION("a large one over two small ones") {
        insert_alone(at, {.size_bytes = 40, .stack = 1, .birth = 1, .thread = 1});
        insert_alone(at + 32, {.size_bytes = 41, .stack = 1, .birth = 1, .thread = 1});
        REQUIRE(insert(at, {.size_bytes = 100, .stack = 2, .birth = 2, .thread = 1}, displaced));
        CHECK(displaced.count == 2);
    }
    SECTION("a small one over the second half of a large one") {
        insert_alone(at, {.size_bytes = 200, .stack = 1, .birth = 1, .thread = 1});
        REQUIRE(insert(at + 32, {.size_bytes = 30, .stack = 2, .birth = 2, .thread = 1}, displaced));
        REQUIRE(displaced.count == 1);
        CHECK(displaced.record[0].size_bytes == 200);
        CHECK(all_in(at, at + 64).size() == 1);
    }
}

TEST_CASE("two blocks of an allocator with 8-byte classes may share a slot") {
    uintptr_t at = fresh_region();
    for (uintptr_t offset : {0, 8, 16, 24})
        insert_alone(at + offset, {.size_bytes = 8, .stack = 1, .birth = 1, .thread = 1});
    CHECK(all_in(at, at + 32).size() == 4);
    for (uintptr_t offset : {24, 0, 16, 8}) CHECK(take(at + offset).size_bytes == 8);
    CHECK(all_in(at, at + 32).empty());
}

TEST_CASE("a record that was taken can be put back as it was") {
    uintptr_t at = fresh_region() + 16;
    for (uint64_t size : {20, 2000}) {
        Record record{.size_bytes = size, .stack = 9, .birth = 8, .thread = 7};
        insert_alone(at, record);
        Taken taken = take(at);
        REQUIRE(restore(at, taken.first, taken.size_bytes));
        Record found;
        REQUIRE(find(at, found));
        CHECK(same(found, record));
        take(at);
    }
}

TEST_CASE("random blocks agree with a plain map, in address order") {
    std::mt19937_64 random(1);
    uintptr_t start = fresh_region(), end = start + (1 << 20);
    std::map<uintptr_t, Record> model;
    for (int i = 0; i < 20000; ++i) {
        uintptr_t at = start + random() % (1 << 14) * 64;
        if (model.erase(at) != 0) {
            REQUIRE(take(at).first != 0);
            continue;
        }
        auto next = model.lower_bound(at);
        uint64_t room = (next == model.end() ? end : next->first) - at;
        if (next != model.begin() && std::prev(next)->first + std::prev(next)->second.size_bytes > at) continue;
        Record record{.size_bytes = random() % std::min<uint64_t>(room + 1, 300),
                      .stack = static_cast<uint32_t>(i % 999),
                      .birth = 1,
                      .thread = 3};
        insert_alone(at, record);
        model[at] = record;
    }
    auto found = all_in(start, end);
    REQUIRE(found.size() == model.size());
    for (auto& [address, record] : model) CHECK(same(found.at(address), record));
}

TEST_CASE("a cursor goes over both planes in address order, and gives each block once") {
    const uintptr_t at = fresh_region();
    std::map<uintptr_t, Record> expected;
    for (uint32_t i = 0; i < 20000; ++i) {
        const Record record{.size_bytes = 32, .stack = i, .birth = 1, .thread = 1};
        expected[at + i * uintptr_t{64}] = record;
    }
    // Two in one slot of 32 bytes: the second goes into the plane of 8 bytes. Few, far apart, and some behind all
    // others.
    for (const uint32_t i : {100u, 101u, 5000u, 30000u, 90000u}) {
        const uintptr_t slot = at + i * uintptr_t{64} + 32;
        expected[slot] = {.size_bytes = 8, .stack = i, .birth = 1, .thread = 1};
        expected[slot + 8] = {.size_bytes = 8, .stack = i + 1, .birth = 1, .thread = 1};
    }
    for (const auto& [address, record] : expected) insert_alone(address, record);
    std::map<uintptr_t, Record> found;
    uintptr_t last = 0;
    prof::tables::Block block;
    for (prof::tables::BlockCursor cursor; cursor.next(block); last = block.address) {
        REQUIRE(block.address > last);
        if (block.address < at || block.address >= at + (uintptr_t{1} << 32)) continue;
        found[block.address] = {block.size_bytes, block.stack, block.birth, block.thread};
    }
    REQUIRE(found.size() == expected.size());
    for (const auto& [address, record] : expected) REQUIRE(same(found[address], record));
}

TEST_CASE("addresses and sizes beyond the table are refused") {
    Displaced displaced;
    CHECK_FALSE(insert(uintptr_t{1} << 47, {.size_bytes = 1, .stack = 1, .birth = 1, .thread = 1}, displaced));
    CHECK_FALSE(insert(fresh_region(), {.size_bytes = max_size + 1, .stack = 1, .birth = 1, .thread = 1}, displaced));
    CHECK(take(~uintptr_t{0}).first == 0);
}

TEST_CASE("threads fill and empty neighbouring slots without disturbing each other") {
    uintptr_t start = fresh_region();
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (uint32_t t = 0; t < 4; ++t) {
        threads.emplace_back([=, &wrong] {
            for (uint32_t round = 0; round < 20; ++round) {
                for (uintptr_t i = 0; i < 2000; ++i) {
                    Displaced displaced;
                    uintptr_t at = start + (i * 4 + t) * 32;
                    if (!insert(at, {.size_bytes = i % 33, .stack = t, .birth = 1, .thread = t}, displaced)) ++wrong;
                    wrong += static_cast<int>(displaced.count);
                }
                for (uintptr_t i = 0; i < 2000; ++i) {
                    Taken taken = take(start + (i * 4 + t) * 32);
                    if (taken.size_bytes != i % 33 || stack_of(taken.first) != t) ++wrong;
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("threads fill and empty one slot without losing a block") {
    const uintptr_t start = fresh_region();
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (uint32_t t = 0; t < 2; ++t) {
        threads.emplace_back([=, &wrong] {
            for (uint32_t round = 0; round < 1'000'000; ++round) {
                Displaced displaced;
                const uintptr_t at = start + t * 8;
                if (!insert(at, {.size_bytes = 8, .stack = t, .birth = 1, .thread = t}, displaced)) ++wrong;
                const Taken taken = take(at);
                if (displaced.count != 0 || taken.first == 0 || stack_of(taken.first) != t) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
