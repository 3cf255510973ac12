// SPDX-License-Identifier: MIT
//
// Leaks in pools, as memcheck has them: what is handed out is lost when nothing points to it, whoever holds the pool.
//
// Side: tests.
#include "leaky_heap.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

// Block 0 is what is left of a pool of 1024 bytes, a header of 64 first; blocks 1 and 2 are handed out of it.
struct Pooled {
    LeakyHeap heap;
    BlockId rest, first, second;

    Pooled() {
        rest = heap.writer.block({.address = 0x20000, .size_bytes = 64, .slack_bytes = 1024 - 64});
        first = heap.writer.block({.address = 0x20040, .size_bytes = 32});
        second = heap.writer.block({.address = 0x20060, .size_bytes = 32});
        heap.writer.pool({.address = 0x20000,
                          .bytes = 1024,
                          .own_bytes = 1024 - 64,
                          .first_block = rest.value,
                          .end_block = second.value + 1,
                          .block = rest.value,
                          .slack = 0});
    }
};

}  // namespace

TEST_CASE("what is handed out is lost when nothing points to it, though its pool is reachable") {
    Pooled pooled;
    pooled.heap.root(pooled.rest);
    pooled.heap.root(pooled.first);
    CHECK(verdicts_in(pooled.heap) == "RRD");
}

TEST_CASE("a pool is reachable when something that was handed out of it is") {
    Pooled pooled;
    pooled.heap.root(pooled.second);
    CHECK(verdicts_in(pooled.heap) == "RDR");
}

TEST_CASE("a pool is possibly lost when what was handed out of it is") {
    Pooled pooled;
    pooled.heap.root(pooled.second, inside);
    CHECK(verdicts_in(pooled.heap) == "PDP");
}

TEST_CASE("a pool that nobody holds is lost below what was handed out of it") {
    Pooled pooled;
    pooled.heap.link(pooled.first, pooled.second);
    CHECK(verdicts_in(pooled.heap) == "IDI");
}

TEST_CASE("a pointer into any part of what is left of a pool may hold it, and nothing of what lies in it") {
    Pooled pooled;
    pooled.heap.root(pooled.rest, 1001);
    CHECK(verdicts_in(pooled.heap) == "PDD");
}
