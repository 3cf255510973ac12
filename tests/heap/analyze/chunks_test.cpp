// SPDX-License-Identifier: MIT
//
// Objects in a chunk of the program's own: where they lie, and who holds it.
//
// Side: tests.
#include "analyze/chunks.h"

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

// A chunk of 1024 bytes with a header of 64, out of which two objects were handed; a block beside it.
struct Pooled : Stated {
    BlockId rest = writer.block({.address = 0x20000, .size_bytes = 64, .slack_bytes = 1024 - 64});
    BlockId first = writer.block({.address = 0x20040, .size_bytes = 32});
    BlockId second = writer.block({.address = 0x20060, .size_bytes = 32});
    BlockId beside = writer.block({.address = 0x30000, .size_bytes = 32});
    RootId globals = writer.root(PROF_ROOT_DECLARED, writer.string("the pool"), 0x10000, 64);

    Pooled() {
        writer.pool({.address = 0x20000,
                     .bytes = 1024,
                     .own_bytes = 1024 - 64,
                     .first_block = rest.value,
                     .end_block = second.value + 1,
                     .block = rest.value,
                     .slack = 0});
    }
};

std::string around(const Heap& heap, BlockId block) {
    const auto references = heap.references();
    REQUIRE(references);
    return chunk_around(heap, *references, block);
}

}  // namespace

TEST_CASE("an object that was handed out says in which chunk it lies, and who holds that") {
    Pooled pooled;
    pooled.writer.word(pooled.globals, 8, Pointer{pooled.rest});
    const Heap heap = pooled.open();
    CHECK(around(heap, pooled.first) == "a chunk of 1024 B at 0x20000, held by the pool (declared)+0x8");
    CHECK(around(heap, pooled.rest).empty());
    CHECK(around(heap, pooled.beside).empty());
    CHECK(chunk_around(heap, nullptr, pooled.second) == "a chunk of 1024 B at 0x20000");
    const auto notes = chunk_notes(heap, {.addresses = {"0x20060"}});
    REQUIRE(notes.size() == 1);
    CHECK(notes[0] == "0x20060 lies in a chunk of 1024 B at 0x20000, held by the pool (declared)+0x8.");
    CHECK(chunk_notes(heap, {.addresses = {"0x30000"}}).empty());
}

TEST_CASE("a chunk that nothing holds is said to be so") {
    Pooled pooled;
    pooled.writer.word(pooled.globals, 8, Pointer{pooled.first});
    CHECK(around(pooled.open(), pooled.first) ==
          "a chunk of 1024 B at 0x20000, which nothing holds that leads to a root");
}
