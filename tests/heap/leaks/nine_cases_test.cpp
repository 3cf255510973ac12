// SPDX-License-Identifier: MIT
//
// The nine cases of memcheck's manual (chapter "Memory leak detection"). A is block 0, B is block 1; → points at the
// start, ~> into the inside.
//
// Side: tests.
#include "leaky_heap.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

struct Case {
    LeakyHeap heap;
    BlockId a = heap.block(), b = heap.block();
};

}  // namespace

TEST_CASE("case 1: root → B is still reachable") {
    LeakyHeap heap;
    heap.root(heap.block());
    CHECK(verdicts_in(heap) == "R");
}

TEST_CASE("case 2: root → A → B is still reachable") {
    Case c;
    c.heap.root(c.a);
    c.heap.link(c.a, c.b);
    CHECK(verdicts_in(c.heap) == "RR");
}

TEST_CASE("case 3: a block that nothing points to is definitely lost") {
    LeakyHeap heap;
    heap.block();
    CHECK(verdicts_in(heap) == "D");
}

TEST_CASE("case 4: what a definitely lost block points to is indirectly lost") {
    Case c;
    c.heap.link(c.a, c.b);
    CHECK(verdicts_in(c.heap) == "DI");
}

TEST_CASE("case 5: root ~> B is possibly lost") {
    LeakyHeap heap;
    heap.root(heap.block(), inside);
    CHECK(verdicts_in(heap) == "P");
}

TEST_CASE("case 6: root → A ~> B is still reachable, then possibly lost") {
    Case c;
    c.heap.root(c.a);
    c.heap.link(c.a, c.b, inside);
    CHECK(verdicts_in(c.heap) == "RP");
}

TEST_CASE("case 7: root ~> A → B is possibly lost, both") {
    Case c;
    c.heap.root(c.a, inside);
    c.heap.link(c.a, c.b);
    CHECK(verdicts_in(c.heap) == "PP");
}

TEST_CASE("case 8: root ~> A ~> B is possibly lost, both") {
    Case c;
    c.heap.root(c.a, inside);
    c.heap.link(c.a, c.b, inside);
    CHECK(verdicts_in(c.heap) == "PP");
}

TEST_CASE("case 9: what a definitely lost block points into is indirectly lost") {
    Case c;
    c.heap.link(c.a, c.b, inside);
    CHECK(verdicts_in(c.heap) == "DI");
}

TEST_CASE("the best of several chains decides") {
    Case c;
    c.heap.root(c.a, inside);
    c.heap.root(c.b, inside);
    c.heap.root(c.a);
    c.heap.link(c.a, c.b);
    CHECK(verdicts_in(c.heap) == "RR");
}

TEST_CASE("a heuristic makes an interior pointer hold its block, unless it is switched off") {
    LeakyHeap heap;
    const BlockId array = heap.block(8 + 3 * 24);
    heap.writer.word(array, 0, Integer{3});
    heap.root(array, 8);
    CHECK(verdicts_in(heap) == "R");
    CHECK(verdicts_in(heap, {.heuristics = *refs::parse_heuristics("stdstring")}) == "P");
}

TEST_CASE("roots of all kinds hold blocks") {
    for (const auto kind : {PROF_ROOT_GLOBALS, PROF_ROOT_STACK, PROF_ROOT_REGISTERS, PROF_ROOT_TLS, PROF_ROOT_IN_FLIGHT,
                            PROF_ROOT_DECLARED}) {
        LeakyHeap heap;
        const BlockId held = heap.block();
        heap.block();
        const RootId root = heap.writer.root(kind, 0, 0x7000, 64);
        heap.writer.word(root, 16, Pointer{held});
        CHECK(verdicts_in(heap) == "RD");
    }
}

TEST_CASE("an empty block is held by a pointer to its start") {
    LeakyHeap heap;
    heap.root(heap.block(0));
    CHECK(verdicts_in(heap) == "R");
}

TEST_CASE("a pointer one past the end holds nothing") {
    LeakyHeap heap;
    const BlockId block = heap.block();
    const RootId root = heap.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8);
    heap.writer.word(root, 0, EndPointer{block});
    CHECK(verdicts_in(heap) == "D");
}
