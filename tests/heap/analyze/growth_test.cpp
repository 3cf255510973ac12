// SPDX-License-Identifier: MIT
//
// growth() says what objgraph's does; born() tells new blocks from survivors.
//
// Side: tests.
#include "analyze/growth.h"

#include "analyze/born.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

Heap heap_with(size_t loads, size_t reads, uint64_t size_bytes = 16) {
    Stated stated;
    stated.blocks(loads, size_bytes, stated.load);
    stated.blocks(reads, size_bytes, stated.read);
    return stated.open();
}

Table growth_over(const std::vector<const Heap*>& heaps) {
    auto table = growth(heaps, {.filter = {}, .rows = {.limit = 0}});
    REQUIRE(table);
    return *table;
}

}  // namespace

TEST_CASE("growth lists increases only, the largest first") {
    const Heap first = heap_with(10, 10), second = heap_with(12, 15), third = heap_with(9, 15);
    const Table table = growth_over({&first, &second});
    REQUIRE(table.rows.size() == 2);
    CHECK(text(table, 0, "name") == "in http::Session::read() places.cpp:43");
    CHECK(number(table, 0, "count") == 15);
    CHECK(number(table, 0, "count_diff") == 5);
    CHECK(number(table, 0, "size_diff") == 80);
    CHECK(growth_over({&second, &third}).rows.empty());
}

TEST_CASE("heaps that are typed together have the types that each has alone") {
    const Heap alone = heap_with(10, 12), other = heap_with(3, 4), together = heap_with(10, 12);
    const std::vector<const Heap*> heaps{&other, &together};
    type_together(heaps);
    REQUIRE(together.types().count() == alone.types().count());
    for (size_t block = 0; block < alone.blocks().count(); ++block) {
        const auto name_in = [&](const Heap& heap) { return heap.types().type(heap.types().of(BlockId(block))).name; };
        CHECK(name_in(together) == name_in(alone));
    }
}

TEST_CASE("growth is measured from the peak seen so far, not from the snapshot before") {
    const Heap first = heap_with(100, 1), second = heap_with(10, 1), third = heap_with(60, 1), last = heap_with(130, 1);
    CHECK(growth_over({&first, &second, &third}).rows.empty());
    const Table table = growth_over({&first, &second, &third, &last});
    REQUIRE(table.rows.size() == 1);
    CHECK(number(table, 0, "count_diff") == 30);
    CHECK(text(table, 0, "grew") == "2 of 3");
    CHECK(std::get<Trend>(cell(table, 0, "counts")) == Trend{100, 10, 60, 130});
}

TEST_CASE("a type of which the blocks grew and not their number has grown too") {
    const Heap first = heap_with(1, 1, 16), second = heap_with(1, 1, 4096);
    const Table table = growth_over({&first, &second});
    REQUIRE(table.rows.size() == 2);
    CHECK(number(table, 0, "count_diff") == 0);
    CHECK(number(table, 0, "size_diff") == 4080);
}

TEST_CASE("when nothing grew, the answer says so and has no rows") {
    const Heap heap = heap_with(3, 3);
    CHECK(growth_over({&heap, &heap}).rows.empty());
    CHECK_FALSE(growth_over({&heap, &heap}).empty.empty());
}

TEST_CASE("a block at a reused address is new when its birth differs") {
    Stated older, newer;
    older.writer.block({.address = 0x10000, .size_bytes = 32, .stack = older.load, .birth = 0});
    older.writer.block({.address = 0x20000, .size_bytes = 32, .stack = older.load, .birth = 0});
    newer.writer.block({.address = 0x10000, .size_bytes = 32, .stack = newer.load, .birth = 0});  // survived
    newer.writer.block({.address = 0x20000, .size_bytes = 32, .stack = newer.read, .birth = 1});  // reused
    newer.writer.block({.address = 0x30000, .size_bytes = 64, .stack = newer.read, .birth = 1});  // new
    const Heap before = older.open(), after = newer.open();
    CHECK(born_between(before.blocks(), after.blocks()) == std::vector<bool>{false, true, true});
    const auto answer = born({.older = &before, .newer = &after, .filter = {}, .rows = {}, .traceback_rows = {}});
    REQUIRE(answer);
    CHECK(answer->total.blocks == 2);
    CHECK(answer->total.bytes == 96);
    REQUIRE(answer->by_traceback.rows.size() == 1);
    CHECK(number(answer->by_traceback, 0, "count") == 2);
    CHECK(names(answer->by_type) == "in http::Session::read() places.cpp:43");
}

TEST_CASE("which blocks are new is refused across runs") {
    Stated older, newer;
    newer.writer.process.run_id = 8;
    const Heap before = older.open(), after = newer.open();
    CHECK_FALSE(born({.older = &before, .newer = &after, .filter = {}, .rows = {}, .traceback_rows = {}}));
}
