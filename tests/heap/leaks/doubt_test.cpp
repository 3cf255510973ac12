// SPDX-License-Identifier: MIT
//
// What cannot be known: registers of sleeping threads, snapshots without words, samples.
//
// Side: tests.
#include "leaky_heap.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

// `heads` lost blocks of one stack, each with one block that it holds.
LeakyHeap heap_with_lost(size_t heads) {
    LeakyHeap heap;
    heap.main_registers_are_known = false;
    const StackId stack = heap.writer.stack({0x401000});
    for (size_t i = 0; i < heads; ++i) {
        const BlockId head = heap.block(32, stack);
        heap.link(head, heap.block());
    }
    return heap;
}

}  // namespace

TEST_CASE("six lost blocks of one stack may hang in the registers of one thread, seven may not") {
    const auto six = judge(heap_with_lost(6).bytes());
    REQUIRE(six);
    CHECK(letters(*six) == "PPPPPPPPPPPP");
    CHECK(six->register_doubt.threads == 1);
    CHECK(six->register_doubt.hidden_pointers == 6);
    CHECK(six->register_doubt.groups == 1);
    CHECK(six->register_doubt.heads == 6);

    const auto seven = judge(heap_with_lost(7).bytes());
    REQUIRE(seven);
    CHECK(letters(*seven) == "DIDIDIDIDIDIDI");
    CHECK(seven->register_doubt.is_empty());
}

TEST_CASE("each thread with unknown registers may hide six blocks, those that have ended none") {
    LeakyHeap two = heap_with_lost(12);
    two.writer.thread({.tid = 1001});
    CHECK(verdicts_in(two).find('D') == std::string::npos);

    LeakyHeap ended = heap_with_lost(7);
    ended.writer.thread({.tid = 1001, .flags = 0});
    ended.writer.thread({.tid = 1002, .flags = PROF_THREAD_ALIVE | PROF_THREAD_REGISTERS_KNOWN});
    CHECK(verdicts_in(ended).find('P') == std::string::npos);
}

TEST_CASE("what a doubtful block shares with a definitely lost one is possibly lost too") {
    LeakyHeap heap;
    heap.main_registers_are_known = false;
    const StackId many = heap.writer.stack({0x401000}), few = heap.writer.stack({0x402000});
    const BlockId shared = heap.block();
    for (int i = 0; i < 7; ++i) heap.link(heap.block(32, many), shared);
    heap.link(heap.block(32, few), shared);
    CHECK(verdicts_in(heap) == "PDDDDDDDP");
}

TEST_CASE("nothing is definitely lost when a thread ran while the process was copied") {
    LeakyHeap heap = heap_with_lost(7);  // more than registers could hold
    heap.writer.lost(PROF_LOSS_THREADS_RAN, 2);
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "PPPPPPPPPPPPPP");
    CHECK(verdicts->motion_doubt.threads == 2);
    CHECK(verdicts->motion_doubt.heads == 7);
    CHECK(verdicts->register_doubt.is_empty());
}

TEST_CASE("a thread that ran makes nothing doubtful where nothing is lost") {
    LeakyHeap heap;
    heap.root(heap.block());
    heap.root(heap.block(), inside);
    heap.writer.lost(PROF_LOSS_THREADS_RAN, 1);
    const auto verdicts = judge(heap.bytes());
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "RP");
    CHECK(verdicts->motion_doubt.heads == 0);
}

TEST_CASE("of a cycle that a running thread may have moved, no block is lost for certain") {
    LeakyHeap heap;
    const BlockId a = heap.block(), b = heap.block();
    heap.link(a, b);
    heap.link(b, a);
    heap.writer.lost(PROF_LOSS_THREADS_RAN, 1);
    CHECK(verdicts_in(heap) == "PP");
}

TEST_CASE("the doubt leaves out what a suppression has taken") {
    LeakyHeap heap = heap_with_lost(3);
    CHECK(verdicts_in(heap, {.suppression_of_stack = {graph::no_node, 0}}) == "SSSSSS");
}

TEST_CASE("a snapshot without words is refused") {
    LeakyHeap heap;
    heap.block();
    heap.writer.process.contents = PROF_CONTENTS_NONE;
    const auto refused = judge(heap.bytes());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("without contents") != std::string::npos);
}

TEST_CASE("a snapshot of a program whose own allocator stands ahead of the recorder is refused") {
    LeakyHeap heap;
    heap.block();
    heap.writer.lost(PROF_LOSS_OTHER_ALLOCATOR, 1);
    const auto refused = judge(heap.bytes());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("allocator") != std::string::npos);
}

TEST_CASE("a sample is refused") {
    LeakyHeap heap;
    heap.block();
    heap.writer.process.sample_bytes = 512 << 10;
    const auto refused = judge(heap.bytes());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("is a sample") != std::string::npos);
}
