// SPDX-License-Identifier: MIT
//
// The tree of a flame graph, losses, facts, and short paths.
//
// Side: tests.
#include "analyze/flame.h"

#include "analyze/doubts.h"
#include "analyze/info.h"
#include "analyze/labels.h"
#include "analyze/losses.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

// "all:110 all/cache::load:110 …", in the order of nodes.
std::string spelled(const Tree& tree) {
    std::string text;
    for (uint32_t node = 0; node < tree.parent.size(); ++node) {
        std::string path = tree.names[tree.name[node]];
        for (uint32_t at = node; at != 0;) {
            at = tree.parent[at];
            path = tree.names[tree.name[at]] + "/" + path;
        }
        text += (node > 0 ? " " : "") + path + ":" + std::to_string(tree.total[node]);
        if (tree.is_difference) text += "<" + std::to_string(tree.old_total[node]);
    }
    return text;
}

}  // namespace

TEST_CASE("a flame graph's node holds what was allocated below it") {
    Stated heap;
    heap.blocks(1, 100, heap.load);
    heap.blocks(1, 10, heap.insert);
    const Heap opened = heap.open();
    const auto tree = flame_tree({.heap = &opened, .filter = {}});
    REQUIRE(tree);
    CHECK(spelled(*tree) == "all:110 all/cache::load:110 all/cache::load/cache::Store::insert:10");
}

TEST_CASE("a flame graph can weigh by number, and what is unknown has its place") {
    Stated heap;
    heap.blocks(3, 100, heap.load);
    heap.blocks(2, 100, StackId{});
    const Heap opened = heap.open();
    const auto tree = flame_tree({.heap = &opened, .metric = Metric::count, .filter = {}});
    REQUIRE(tree);
    CHECK(spelled(*tree) == "all:5 all/cache::load:3 all/unknown stack:2");
}

TEST_CASE("a differential flame graph has the totals of both heaps") {
    Stated older, newer;
    older.blocks(1, 50, older.load);
    older.blocks(1, 5, older.read);
    newer.blocks(1, 80, newer.load);
    const Heap before = older.open(), after = newer.open();
    const auto tree = flame_tree({.heap = &after, .older = &before, .filter = {}});
    REQUIRE(tree);
    CHECK(spelled(*tree) == "all:80<55 all/cache::load:80<50 all/http::Session::read:0<5");
}

TEST_CASE("losses are said once, with the most that any snapshot lost, where they touch the answer") {
    Stated older, newer;
    older.writer.lost(PROF_LOSS_NO_MEMORY, 3);
    newer.writer.lost(PROF_LOSS_NO_MEMORY, 1);
    newer.writer.lost(PROF_LOSS_WORDS, 9);
    const Heap before = older.open(), after = newer.open();
    const std::vector<const Heap*> both = {&before, &after};
    const auto notes = loss_notes(both, on_counts);
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::Contains("3 records were dropped"));
    CHECK_THAT(notes[0], Catch::Contains(before.snapshot().path().filename().string()));
    CHECK(loss_notes(both, on_stacks).empty());
    CHECK(losses_table(after).rows.size() == 2);
}

TEST_CASE("a module without line information is noted when it matters to what is counted") {
    Stated heap;
    heap.writer.module({.path = "/lib/libbare.so", .start = 0x10000, .end = 0x20000});
    const StackId bare = heap.writer.stack({0x10123});
    heap.blocks(1, 100, heap.load);
    heap.blocks(1, 100, bare);
    heap.writer.freed(heap.load, 1, 1'000'000);
    const Heap opened = heap.open();
    const auto notes = modules_without_lines(opened, Metric::live, {});
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::StartsWith("50.0 % of live bytes come from libbare.so"));
    CHECK(modules_without_lines(opened, Metric::allocated, {}).empty());
}

TEST_CASE("the facts of a snapshot have stable keys and plain values") {
    Stated heap;
    heap.blocks(2, 100, heap.load);
    const Table facts = process_facts(heap.open());
    for (size_t row = 0; row < facts.rows.size(); ++row) {
        if (text(facts, row, "key") == "live_bytes") CHECK(number(facts, row, "value") == 200);
    }
}

TEST_CASE("a path is as short as it can be told from all others") {
    ShortPaths paths;
    for (const char* const path : {"/src/a/main.cpp", "/src/b/main.cpp", "/src/b/log.cpp", "log.h"}) paths.add(path);
    CHECK(paths.of("/src/a/main.cpp") == "a/main.cpp");
    CHECK(paths.of("/src/b/main.cpp") == "b/main.cpp");
    CHECK(paths.of("/src/b/log.cpp") == "log.cpp");
    CHECK(paths.of("log.h") == "log.h");
}
