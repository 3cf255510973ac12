// SPDX-License-Identifier: MIT
//
// Cycles that nothing holds, and who is the head of what.
//
// Side: tests.
#include "leaky_heap.h"

using namespace heapkit;
using namespace heapkit::tests;

TEST_CASE("of a cycle that nothing holds, one block is definitely lost and the rest indirectly") {
    LeakyHeap heap;
    const BlockId a = heap.block(), b = heap.block(), c = heap.block();
    heap.link(a, b);
    heap.link(b, c);
    heap.link(c, a);
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "DII");
    CHECK(verdicts->head_of == std::vector<uint32_t>{0, 0, 0});
    CHECK(verdicts->is_in_cycle == std::vector<bool>{true, false, false});
}

TEST_CASE("a block that refers to itself alone is definitely lost, and no cycle") {
    LeakyHeap heap;
    heap.writer.word(heap.block(), 0, SelfPointer{0});
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "D");
    CHECK_FALSE(verdicts->is_in_cycle[0]);
}

TEST_CASE("a lost container whose nodes point back into it is no cycle") {
    LeakyHeap heap;
    const BlockId map = heap.block(), node = heap.block();
    heap.link(map, node);
    heap.link(node, map, inside);
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "DI");
    CHECK_FALSE(verdicts->is_in_cycle[0]);
}

TEST_CASE("many lost containers are no cycles either, though their nodes' pointers hold") {
    LeakyHeap heap;
    const StackId maps = heap.writer.stack({0x401000}), nodes = heap.writer.stack({0x402000});
    for (int i = 0; i < 20; ++i) {  // enough alike for the header heuristic
        const BlockId map = heap.block(64, maps), node = heap.block(48, nodes);
        heap.link(map, node);
        heap.link(node, map, 32);
    }
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(verdicts->of[0] == analyze::LeakKind::definite);
    CHECK(verdicts->of[1] == analyze::LeakKind::indirect);
    CHECK(verdicts->is_in_cycle == std::vector<bool>(40));
}

TEST_CASE("a lost cycle that a lost block points into is indirectly lost, wherever it is entered") {
    for (const uint32_t entered : {0u, 1u}) {
        LeakyHeap heap;
        const BlockId a = heap.block(), b = heap.block(), from = heap.block();
        heap.link(a, b);
        heap.link(b, a);
        heap.link(from, BlockId(entered));
        CHECK(verdicts_in(heap) == "IID");
    }
}

TEST_CASE("a cycle with something that holds it is as reachable as its holder") {
    LeakyHeap heap;
    const BlockId a = heap.block(), b = heap.block();
    heap.link(a, b);
    heap.link(b, a);
    heap.root(b);
    CHECK(verdicts_in(heap) == "RR");
}

TEST_CASE("a block that two lost blocks refer to hangs on the first of them") {
    LeakyHeap heap;
    const BlockId shared = heap.block(), first = heap.block(), second = heap.block();
    heap.link(second, shared);
    heap.link(first, shared);
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "IDD");
    CHECK(verdicts->head_of == std::vector<uint32_t>{first.value, first.value, second.value});
}
