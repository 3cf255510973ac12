// SPDX-License-Identifier: MIT
//
// Pools: blocks in which the program hands out others, and what is left of them.
//
// Side: tests.
#include <functional>

#include "catch.h"
#include "memory_file.h"
#include "read/snapshot.h"
#include "read/words.h"
#include "read_everything.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;
using read::Snapshot;

namespace {

// A block, a pool of 4096 bytes with a header of 64, two blocks of 100 and 200 with a free part between them, and a
// pool all of which is handed out.
SnapshotWriter pooled() {
    SnapshotWriter writer;
    writer.block({.address = 0x10000, .size_bytes = 64});
    const BlockId rest = writer.block({.address = 0x20000, .size_bytes = 64, .slack_bytes = 4096 - 64 + 8});
    const BlockId first = writer.block({.address = 0x20040, .size_bytes = 100});
    const BlockId second = writer.block({.address = 0x20200, .size_bytes = 200});
    const BlockId all = writer.block({.address = 0x30000, .size_bytes = 256});
    writer.pool({.address = 0x20000,
                 .bytes = 4096,
                 .own_bytes = 4096 - 300,
                 .first_block = rest.value,
                 .end_block = all.value,
                 .block = rest.value,
                 .slack = 8});
    writer.pool({.address = 0x30000,
                 .bytes = 256,
                 .own_bytes = 0,
                 .first_block = all.value,
                 .end_block = all.value + 1,
                 .block = PROF_POOL_NO_BLOCK,
                 .slack = 0});
    writer.word(rest, 0, Pointer{second});
    writer.word(rest, 4088, Integer{1});
    writer.word(first, 0, Pointer{rest, 4000});
    return writer;
}

std::string verdict_on(const std::function<void(prof_pool&)>& damage, size_t pool = 0) {
    Bytes file = pooled().bytes();
    damage(element_of<prof_pool>(file, PROF_SECTION_POOLS, pool));
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    const auto blocks = opened->blocks();
    const std::string prefix = (folder / "1.heap").string() + " is damaged: its section \"pools\" ";
    if (blocks) return "";
    REQUIRE(blocks.error().what.starts_with(prefix));
    return blocks.error().what.substr(prefix.size());
}

}  // namespace

TEST_CASE("what is left of a pool has all bytes that are not handed out") {
    const TemporaryFolder folder;
    pooled().write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto blocks = snapshot->blocks();
    REQUIRE(blocks);
    CHECK(blocks->size_bytes(BlockId(0)) == 64);
    CHECK(blocks->size_bytes(BlockId(1)) == 4096 - 300);
    CHECK(blocks->size_bytes(BlockId(2)) == 100);
    CHECK(blocks->slack[1] == 8);
    CHECK(blocks->thread_slot(BlockId(1)) == 1);
    CHECK(blocks->reach_bytes(BlockId(1)) == 4096);
    CHECK(blocks->reach_bytes(BlockId(2)) == 100);
    uint64_t bytes = 0;
    for (size_t block = 0; block < blocks->count(); ++block) bytes += blocks->size_bytes(BlockId(block));
    CHECK(bytes == 64 + 4096 + 256);
}

TEST_CASE("a block knows the pool in which it lies") {
    const TemporaryFolder folder;
    pooled().write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto blocks = snapshot->blocks();
    REQUIRE(blocks);
    REQUIRE(blocks->pools.size() == 2);
    CHECK(blocks->pool_around(BlockId(0)) == nullptr);
    for (const uint32_t block : {1, 2, 3}) CHECK(blocks->pool_around(BlockId(block)) == &blocks->pools[0]);
    CHECK(blocks->pool_around(BlockId(4)) == &blocks->pools[1]);
}

TEST_CASE("words of what is left lie anywhere in the pool, and so may pointers to it") {
    const TemporaryFolder folder;
    pooled().write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto words = snapshot->words();
    REQUIRE(words);
    CHECK(read::words_of(*words, BlockId(1)).at(4088)->value == 1);
    CHECK(read::words_of(*words, BlockId(2)).at(0)->into_bytes == 4000);
}

TEST_CASE("damaged pools are named") {
    CHECK(verdict_on([](prof_pool&) {}).empty());
    CHECK(verdict_on([](prof_pool& pool) { pool.bytes = UINT64_MAX; }) ==
          "has a pool that ends beyond the address space");
    CHECK(verdict_on([](prof_pool& pool) { pool.address = UINT64_MAX - 5000; }) ==
          "has a pool that ends beyond the address space");
    CHECK(verdict_on([](prof_pool& pool) { pool.end_block = 6; }) == "names blocks that do not exist");
    CHECK(verdict_on([](prof_pool& pool) { pool.end_block = pool.first_block; }) == "names blocks that do not exist");
    CHECK(verdict_on([](prof_pool& pool) { pool.first_block = 0; }) == "has a block that does not lie in its pool");
    CHECK(verdict_on([](prof_pool& pool) { pool.bytes = 600; }) == "has a block that does not lie in its pool");
    CHECK(verdict_on([](prof_pool& pool) { pool.block = 0; }) == "has a rest that does not lie in its pool");
    CHECK(verdict_on([](prof_pool& pool) { pool.own_bytes += 1; }) == "has a pool whose bytes do not add up");
    CHECK(verdict_on([](prof_pool& pool) { pool.own_bytes = UINT64_MAX; }) == "has a pool whose bytes do not add up");
    CHECK(verdict_on([](prof_pool& pool) { pool.address = 0x20fff; }, 1) == "is not in ascending order");
}

TEST_CASE("any byte of a snapshot with pools may be wrong") {
    const MemoryFile file;
    const Bytes good = pooled().bytes();
    for (size_t at = sizeof(prof_header); at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] = static_cast<unsigned char>(bad[at] ^ 0x81);
        reseal(bad);
        file.write(bad);
        const auto error = read_everything(file.path());
        if (error && error->what.find(file.path()) == std::string::npos) FAIL("no name in: " << error->what);
    }
    SUCCEED();
}
