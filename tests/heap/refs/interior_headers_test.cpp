// SPDX-License-Identifier: MIT
//
// Which call stacks' blocks have a header in front.
//
// Side: tests.
#include "refs/interior_headers.h"

#include "opened.h"

using namespace heapkit;
using namespace heapkit::tests;
using refs::Headers;

namespace {

// `pointed` of `count` blocks of one call stack are pointed to at byte `into_bytes`.
struct Population {
    SnapshotWriter writer;
    StackId stack = writer.stack({0x401000});
    BlockId holder;
    uint64_t held = 0;

    explicit Population(size_t count, size_t pointed, uint64_t into_bytes, uint64_t size_bytes = 80) {
        holder = writer.block({.size_bytes = 8192, .stack = writer.stack({0x402000})});
        for (size_t i = 0; i < count; ++i) {
            const BlockId block = writer.block({.size_bytes = size_bytes, .stack = stack});
            if (i < pointed) hold(block, into_bytes);
        }
    }
    void hold(BlockId block, uint64_t into_bytes) { writer.word(holder, 8 * held++, Pointer{block, into_bytes}); }

    bool has(uint64_t bytes) const {
        const Opened opened(writer);
        return Headers(opened.blocks, opened.words).has(stack, bytes);
    }
};

}  // namespace

TEST_CASE("blocks of a call stack have a header where enough of them are pointed to") {
    CHECK(Population(16, 16, 5).has(5));
    CHECK(Population(64, 16, 64).has(64));
    CHECK_FALSE(Population(16, 16, 5).has(4));
    CHECK_FALSE(Population(16, 16, 5).has(6));
}

TEST_CASE("fewer than 16 blocks, or less than a quarter of them, tell nothing") {
    CHECK_FALSE(Population(15, 15, 5).has(5));
    CHECK_FALSE(Population(65, 16, 5).has(5));
}

TEST_CASE("the start is no header, and neither is what lies far behind it or behind the block") {
    CHECK_FALSE(Population(16, 16, 0).has(0));
    CHECK_FALSE(Population(16, 16, 65).has(65));
    CHECK_FALSE(Population(16, 16, 24, 24).has(24));
}

TEST_CASE("a block that is pointed to at many places counts at the first of them") {
    Population population(16, 1, 5);
    for (size_t i = 0; i < 100; ++i) population.hold(BlockId(1), 9);
    CHECK_FALSE(population.has(9));
}

TEST_CASE("two headers of one call stack are told, each with enough blocks of its own") {
    Population population(40, 20, 1);
    for (uint32_t i = 21; i <= 36; ++i) population.hold(BlockId(i), 3);
    CHECK(population.has(1));
    CHECK(population.has(3));
}

TEST_CASE("pointers from roots count, those of a block into itself do not") {
    Population population(16, 0, 0);
    for (uint32_t i = 1; i <= 16; ++i) population.writer.word(BlockId(i), 0, SelfPointer{24});
    CHECK_FALSE(population.has(24));
    const RootId root = population.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8 * 16);
    for (uint32_t i = 1; i <= 16; ++i) population.writer.word(root, 8 * (i - 1), Pointer{BlockId(i), 24});
    CHECK(population.has(24));
}

TEST_CASE("nothing has a header when nobody asks") { CHECK_FALSE(Headers().has(StackId(0), 8)); }
