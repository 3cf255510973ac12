// SPDX-License-Identifier: MIT
//
// Cycles that nothing outside holds.
//
// Side: tests.
#include "analyze/cycles.h"

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

struct Pairs : Stated {
    BlockId pair(StackId one_stack, StackId other_stack) {
        const BlockId one = writer.block({.size_bytes = 32, .stack = one_stack});
        const BlockId other = writer.block({.size_bytes = 64, .stack = other_stack});
        writer.word(one, 8, Pointer{other});
        writer.word(other, 16, Pointer{one});
        return one;
    }
};

}  // namespace

TEST_CASE("cycles that close alike are one kind, with what hangs on them") {
    Pairs pairs;
    for (int index = 0; index < 3; ++index) pairs.pair(pairs.load, pairs.insert);
    const BlockId last = pairs.pair(pairs.load, pairs.insert);
    const BlockId hanging = pairs.writer.block({.size_bytes = 1000, .stack = pairs.read});
    pairs.writer.word(last, 24, Pointer{hanging});
    pairs.pair(pairs.read, pairs.insert);
    const auto found = cycles(pairs.open(), {});
    REQUIRE(found);
    CHECK(found->cycles == 5);
    CHECK(found->objects == 11);
    CHECK(found->bytes == 5 * 96 + 1000);
    REQUIRE(found->table.rows.size() == 2);
    CHECK(number(found->table, 0, "count") == 4);
    CHECK(number(found->table, 0, "size") == 4 * 96 + 1000);
    REQUIRE(found->kinds.size() == 2);
    CHECK(found->kinds[0].net.nodes.size() == 2);
    CHECK(found->kinds[0].net.edges.size() == 2);
}

TEST_CASE("it does not matter which object of a cycle comes first") {
    Pairs pairs;
    pairs.pair(pairs.load, pairs.insert);
    const BlockId insert = pairs.writer.block({.size_bytes = 64, .stack = pairs.insert});
    const BlockId load = pairs.writer.block({.size_bytes = 32, .stack = pairs.load});
    pairs.writer.word(load, 8, Pointer{insert});
    pairs.writer.word(insert, 16, Pointer{load});
    const auto found = cycles(pairs.open(), {});
    REQUIRE(found);
    CHECK(found->table.rows.size() == 1);
}

TEST_CASE("a cycle that something holds is none that keeps itself alive") {
    Pairs pairs;
    const BlockId held = pairs.pair(pairs.load, pairs.insert);
    const BlockId also_held = pairs.pair(pairs.load, pairs.insert);
    const BlockId lost = pairs.writer.block({.size_bytes = 16, .stack = pairs.read});
    pairs.writer.word(lost, 0, Pointer{also_held});
    pairs.writer.word(pairs.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{held});
    const auto found = cycles(pairs.open(), {});
    REQUIRE(found);
    CHECK(found->cycles == 0);
    CHECK(found->table.rows.empty());
}

TEST_CASE("what a cycle holds, and something else does too, is not the cycle's") {
    Pairs pairs;
    const BlockId one = pairs.pair(pairs.load, pairs.insert);
    const BlockId held = pairs.writer.block({.size_bytes = 1000, .stack = pairs.read});
    pairs.writer.word(one, 16, Pointer{held});
    pairs.writer.word(pairs.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{held});
    const auto found = cycles(pairs.open(), {});
    REQUIRE(found);
    CHECK(found->cycles == 1);
    CHECK(found->objects == 2);
    CHECK(found->bytes == 96);
}

TEST_CASE("a lost chain is no cycle") {
    Stated stated;
    const auto blocks = stated.writer.blocks(3, {.stack = stated.load});
    stated.writer.word(blocks[0], 0, Pointer{blocks[1]});
    stated.writer.word(blocks[1], 0, Pointer{blocks[2]});
    const auto found = cycles(stated.open(), {});
    REQUIRE(found);
    CHECK(found->cycles == 0);
}
