// SPDX-License-Identifier: MIT
//
// compare() says what tracemalloc's compare_to() does.
//
// Side: tests.
#include "analyze/heading.h"
#include "analyze/statistics.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

Table difference(const Stated& older, const Stated& newer, Grouping grouping = {}) {
    const Heap before = older.open(), after = newer.open();
    auto table = compare({.older = &before, .newer = &after, .grouping = grouping, .filter = {}, .rows = {.limit = 0}});
    REQUIRE(table);
    return *table;
}

}  // namespace

TEST_CASE("the largest change comes first, whether up or down") {
    Stated older, newer;
    older.blocks(1, 1000, older.load);
    older.blocks(1, 100, older.read);
    newer.blocks(1, 200, newer.read);
    newer.blocks(1, 400, newer.insert);
    const Table table = difference(older, newer);
    CHECK(names(table) == "places.cpp:32 places.cpp:27 places.cpp:43");
    CHECK(number(table, 0, "size_diff") == -1000);
    CHECK(number(table, 1, "size_diff") == 400);
    CHECK(number(table, 2, "size_diff") == 100);
}

TEST_CASE("a group that has vanished has size and count zero, negative differences and no average") {
    Stated older, newer;
    older.blocks(2, 50, older.load);
    const Table table = difference(older, newer);
    REQUIRE(table.rows.size() == 1);
    CHECK(number(table, 0, "size") == 0);
    CHECK(number(table, 0, "size_diff") == -100);
    CHECK(number(table, 0, "count") == 0);
    CHECK(number(table, 0, "count_diff") == -2);
    CHECK(std::holds_alternative<std::monostate>(cell(table, 0, "average")));
}

TEST_CASE("equal changes are sorted by size, then by the change in count, then by count") {
    Stated older, newer;
    older.blocks(1, 100, older.load);
    newer.blocks(1, 200, newer.load);   // +100, now 200
    newer.blocks(1, 100, newer.read);   // +100, now 100, one block more
    newer.blocks(2, 50, newer.insert);  // +100, now 100, two blocks more
    CHECK(names(difference(older, newer)) == "places.cpp:32 places.cpp:27 places.cpp:43");
}

TEST_CASE("a group that has not changed is still there, last") {
    Stated older, newer;
    older.blocks(1, 100, older.load);
    newer.blocks(1, 100, newer.load);
    newer.blocks(1, 10, newer.read);
    const Table table = difference(older, newer);
    CHECK(names(table) == "places.cpp:43 places.cpp:32");
    CHECK(number(table, 1, "size_diff") == 0);
}

TEST_CASE("whole stacks of two heaps are matched by what they say, not by their numbers") {
    Stated older, newer;
    newer.writer.stack({places::read(), places::load()});  // moves the numbers of later stacks
    older.blocks(1, 100, older.wrapped);
    newer.blocks(3, 100, newer.wrapped);
    const Table table = difference(older, newer, {.by = GroupBy::traceback});
    REQUIRE(table.rows.size() == 1);
    CHECK(number(table, 0, "count_diff") == 2);
}

TEST_CASE("two snapshots are of one program when build-id or path of the executable agree") {
    const auto heap_of = [](const std::string& path, uint8_t build_id) {
        SnapshotWriter writer;
        writer.process.executable = writer.string(path);
        writer.module({.path = path,
                       .build_id = build_id == 0 ? std::vector<uint8_t>{} : std::vector<uint8_t>(20, build_id),
                       .flags = PROF_MODULE_EXECUTABLE});
        Stated stated;
        stated.writer = writer;
        return stated.open();
    };
    const Heap a = heap_of("/bin/a", 1), moved = heap_of("/opt/a", 1), rebuilt = heap_of("/bin/a", 2);
    const Heap other = heap_of("/bin/b", 3), bare = heap_of("/bin/a", 0), bare_other = heap_of("/bin/b", 0);
    CHECK(kinship_of(a, moved) == Kinship::one_build);
    CHECK(kinship_of(a, rebuilt) == Kinship::two_builds);
    CHECK(kinship_of(a, other) == Kinship::two_programs);
    CHECK(kinship_of(a, bare) == Kinship::one_build);
    CHECK(kinship_of(a, bare_other) == Kinship::two_programs);
    CHECK(refusal_to_compare(a, other).has_value());
    CHECK_FALSE(refusal_to_compare(a, rebuilt).has_value());
}
