// SPDX-License-Identifier: MIT
//
// statistics() says what tracemalloc's does, of native stacks.
//
// Side: tests.
#include "analyze/statistics.h"

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

const Filter everything;

Table by(const Heap& heap, Grouping grouping, RowOptions rows = {.limit = 0}) {
    auto table = statistics(heap, grouping, everything, rows);
    REQUIRE(table);
    return *table;
}

}  // namespace

TEST_CASE("statistics are sorted by size, then by count, largest first") {
    Stated heap;
    heap.blocks(1, 100, heap.load);
    heap.blocks(1, 300, heap.insert);
    heap.blocks(3, 100, heap.read);
    const Table table = by(heap.open(), {.by = GroupBy::lineno});
    CHECK(names(table) == "places.cpp:43 places.cpp:27 places.cpp:32");
    CHECK(number(table, 0, "size") == 300);
    CHECK(number(table, 0, "count") == 3);
    CHECK(std::get<double>(cell(table, 0, "average")) == Approx(100));
}

TEST_CASE("with metric count, statistics are sorted by count") {
    Stated heap;
    heap.blocks(1, 1000, heap.load);
    heap.blocks(3, 10, heap.read);
    CHECK(names(by(heap.open(), {.metric = Metric::count})) == "places.cpp:43 places.cpp:32");
}

TEST_CASE("a block counts for the innermost frame that is not an allocator's") {
    Stated heap;
    heap.blocks(1, 16, heap.wrapped);
    CHECK(names(by(heap.open(), {})) == "places.cpp:27");
    CHECK(names(by(heap.open(), {.raw_frames = true})) == "places.cpp:20");
}

TEST_CASE("cumulative statistics charge every frame of a stack") {
    Stated heap;
    heap.blocks(1, 100, heap.load);
    heap.blocks(1, 10, heap.insert);
    const Table table = by(heap.open(), {.cumulative = true});
    CHECK(names(table) == "places.cpp:32 places.cpp:27");
    CHECK(number(table, 0, "size") == 110);
    CHECK(number(table, 1, "size") == 10);
}

TEST_CASE("cumulative statistics charge a recursive frame once") {
    Stated heap;
    const StackId recursive = heap.writer.stack({places::load(), places::load(), places::load()});
    heap.blocks(1, 100, recursive);
    CHECK(number(by(heap.open(), {.cumulative = true}), 0, "size") == 100);
}

TEST_CASE("blocks can be grouped by file, function, module and thread") {
    Stated heap;
    heap.blocks(2, 100, heap.insert);
    heap.writer.thread({.tid = 1002, .slot = 2, .name = "worker"});
    heap.writer.block({.size_bytes = 10, .stack = heap.read, .thread = 2});
    const Heap opened = heap.open();
    CHECK(names(by(opened, {.by = GroupBy::filename})) == "places.cpp");
    CHECK(names(by(opened, {.by = GroupBy::function})) == "cache::Store::insert http::Session::read");
    CHECK(text(by(opened, {.by = GroupBy::function}), 0, "function") == "cache::Store::insert(int)");
    CHECK(by(opened, {.by = GroupBy::module}).rows.size() == 1);
    const Table threads = by(opened, {.by = GroupBy::thread});
    REQUIRE(threads.rows.size() == 2);
    CHECK(text(threads, 1, "name") == "worker (tid 1002)");
}

TEST_CASE("a slot that was used twice belongs to the thread that lived when the block was born") {
    Stated heap;
    heap.writer.tick(0);
    heap.writer.tick(1'000'000);
    heap.writer.tick(2'000'000);
    heap.writer.thread({.tid = 11, .slot = 5, .name = "first", .first_tick = 0, .last_tick = 1});
    heap.writer.thread({.tid = 12, .slot = 5, .name = "second", .first_tick = 2});
    heap.writer.block({.size_bytes = 100, .stack = heap.load, .birth = 1, .thread = 5});
    heap.writer.block({.size_bytes = 10, .stack = heap.load, .birth = 2, .thread = 5});
    const Table table = by(heap.open(), {.by = GroupBy::thread});
    CHECK(names(table) == "first (tid 11) second (tid 12)");
}

TEST_CASE("a traceback has its frames below it, from its site outwards, and all of them for programs") {
    Stated heap;
    heap.blocks(2, 100, heap.wrapped);
    const Table table = by(heap.open(), {.by = GroupBy::traceback});
    REQUIRE(table.rows.size() == 1);
    CHECK(text(table, 0, "name") == "places.cpp:27\ncache::Store::insert  places.cpp:27\ncache::load  places.cpp:32");
    const auto& frames = std::get<Traceback>(cell(table, 0, "traceback"));
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].line == 20);
    CHECK(frames[2].function == "cache::load");
}

TEST_CASE("what was allocated, was live at the peak, or was temporary comes from the stacks' counters") {
    Stated heap;
    heap.blocks(1, 100, heap.load);
    heap.writer.freed(heap.read, 5, 500);
    heap.writer.counters(heap.read).temporary_blocks = 4;
    const Heap opened = heap.open();
    const Table allocated = by(opened, {.metric = Metric::allocated});
    CHECK(names(allocated) == "places.cpp:43 places.cpp:32");
    CHECK(number(allocated, 0, "size") == 500);
    const Table temporary = by(opened, {.metric = Metric::temporary});
    CHECK(names(temporary) == "places.cpp:43");
    CHECK(number(temporary, 0, "count") == 4);
    CHECK(names(by(opened, {})) == "places.cpp:32");
}

TEST_CASE("a stack that is not known has tracemalloc's name for it") {
    Stated heap;
    heap.blocks(1, 100, StackId{});
    CHECK(names(by(heap.open(), {})) == "<unknown>:0");
}

TEST_CASE("a limit leaves rows out and says how many; zero leaves out none") {
    Stated heap;
    heap.blocks(1, 100, heap.load);
    heap.blocks(1, 10, heap.read);
    const Heap opened = heap.open();
    const Table table = by(opened, {}, {.limit = 1});
    CHECK(table.rows.size() == 1);
    CHECK(table.rows_left_out == 1);
    CHECK(by(opened, {}).rows.size() == 2);
}

TEST_CASE("cumulative statistics by type are refused, and so is the peak by type") {
    const Heap heap = Stated().open();
    CHECK_FALSE(statistics(heap, {.by = GroupBy::type, .cumulative = true}, everything, {}));
    CHECK_FALSE(statistics(heap, {.by = GroupBy::type, .metric = Metric::peak}, everything, {}));
    CHECK_FALSE(statistics(heap, {.by = GroupBy::traceback, .cumulative = true}, everything, {}));
}

TEST_CASE("types are listed by count, or by size when asked") {
    Stated heap;
    heap.blocks(1, 1000, heap.load);
    heap.blocks(3, 10, heap.read);
    const Heap opened = heap.open();
    const auto by_count = common_types(opened, {.filter = {}, .rows = {.limit = 0}});
    REQUIRE(by_count);
    CHECK(number(*by_count, 0, "count") == 3);
    const auto by_size = common_types(opened, {.filter = {}, .rows = {.limit = 0}, .by_size = true});
    REQUIRE(by_size);
    CHECK(number(*by_size, 0, "size") == 1000);
    CHECK(text(*by_size, 0, "evidence") == "allocation site");
}
