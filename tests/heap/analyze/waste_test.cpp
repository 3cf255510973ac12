// SPDX-License-Identifier: MIT
//
// What the parts of heapkit waste say of heaps that are stated in a test.
//
// Side: tests.
#include <string>

#include "analyze/page_use.h"
#include "analyze/waste_containers.h"
#include "analyze/waste_duplicates.h"
#include "analyze/waste_padding.h"
#include "analyze/waste_pages.h"
#include "analyze/waste_residency.h"
#include "analyze/waste_summary.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

constexpr uint64_t page = 4096, heap_at = 0x6000'0000;

// Of two sites: `load` and `read`.
struct Paged : Stated {
    BlockId at(uint64_t offset_bytes, uint64_t size_bytes, StackId stack, uint64_t hash = PROF_HASH_NONE) {
        return writer.block(
            {.address = heap_at + offset_bytes, .size_bytes = size_bytes, .stack = stack, .hash = hash});
    }
};

int64_t sum_of(const Table& table, const std::string& key) {
    int64_t sum = 0;
    for (size_t row = 0; row < table.rows.size(); ++row) sum += number(table, row, key);
    return sum;
}

int64_t summary_of(const Table& table, const std::string& what) {
    for (size_t row = 0; row < table.rows.size(); ++row)
        if (text(table, row, "what") == what) return number(table, row, "size");
    return -1;
}

}  // namespace

TEST_CASE("pages that few blocks keep are charged to these blocks") {
    Paged stated;
    stated.at(0, 100, stated.load);     // alone on its page
    stated.at(page, 100, stated.load);  // with one of another site, a third of its size
    stated.at(page + 200, 300, stated.read);
    stated.at(2 * page, 2000, stated.read);  // fills half of its page
    stated.at(5 * page, 64, stated.read);    // on a page that is swapped
    stated.writer.pages(heap_at, "rrrr-s");
    const Heap heap = stated.open();
    const auto names = BlockNames::of(heap, false);
    REQUIRE(names);
    const auto found = waste_pages(*names, {.limit = 0, .by = BlockKey::site});
    REQUIRE(found);
    CHECK(found->use.kept_bytes == 3 * page);
    CHECK(found->use.keeping_bytes == 564);
    CHECK(found->use.resident_bytes() == 4 * page);
    CHECK(found->use.free_pages_bytes == page);
    CHECK(found->use.live_resident_bytes == 2500);
    CHECK(found->use.free_between_bytes() == 3 * page - 2500);
    const Table& table = found->answer.tables.at(0);
    REQUIRE(table.rows.size() == 2);
    CHECK(text(table, 0, "site").find("read") != std::string::npos);
    CHECK(number(table, 0, "kept") == page + page * 3 / 4);
    CHECK(number(table, 1, "kept") == page + page / 4);
    CHECK(number(table, 0, "count") == 2);
    CHECK(sum_of(table, "live") == 564);
}

TEST_CASE("a page of a large block is not kept by few") {
    Paged stated;
    stated.at(0, 2 * page + 10, stated.load);  // its last page holds ten bytes
    stated.writer.pages(heap_at, "rrr");
    const Heap heap = stated.open();
    const PageUse use = page_use_of(heap.blocks(), *heap.snapshot().residency(), [](auto, uint64_t) {});
    CHECK(use.kept_bytes == 0);
    CHECK(use.free_between_bytes() == page - 10);
}

TEST_CASE("a pool is one live block of the allocator's, whatever was handed out of it") {
    Paged stated;
    stated.at(64, 100, stated.load);    // handed out
    stated.at(200, 7916, stated.read);  // what is left behind it; 84 bytes more are before it
    stated.writer.pool({.address = heap_at + 16,
                        .bytes = 8100,
                        .own_bytes = 8000,
                        .first_block = 0,
                        .end_block = 2,
                        .block = 1,
                        .slack = 12});
    stated.writer.pages(heap_at, "rr");
    const Heap heap = stated.open();
    const PageUse use = page_use_of(heap.blocks(), *heap.snapshot().residency(), [](auto, uint64_t) {});
    CHECK(use.kept_bytes == 0);
    CHECK(use.free_pages_bytes == 0);
    CHECK(use.live_resident_bytes == 8112);
    CHECK(allocator_cost(heap.blocks()).rounding_bytes == 12);
}

TEST_CASE("what was never touched is counted by type and owner") {
    Paged stated;
    stated.at(page / 2, 3 * page, stated.load);
    stated.at(4 * page, 32, stated.read);
    stated.writer.pages(heap_at, "r-s?r");
    const Heap heap = stated.open();
    const auto names = BlockNames::of(heap, true);
    REQUIRE(names);
    const auto answer = waste_residency(*names, {.limit = 0, .by = BlockKey::site});
    REQUIRE(answer);
    const Table& table = answer->tables.at(0);
    REQUIRE(table.rows.size() == 2);
    CHECK(number(table, 0, "resident") == page / 2);
    CHECK(number(table, 0, "untouched") == page);
    CHECK(number(table, 0, "swapped") == page);
    CHECK(number(table, 0, "unknown") == page / 2);
    CHECK(number(table, 0, "size") == 3 * page);
    CHECK(number(table, 1, "resident") == 32);
}

TEST_CASE("a snapshot without pages says why") {
    Stated stated;
    stated.blocks(3, 100, stated.load);
    const Heap heap = stated.open();
    const auto names = BlockNames::of(heap, false);
    const auto answer = waste_residency(*names, {});
    REQUIRE(answer);
    CHECK(answer->tables.at(0).rows.empty());
    CHECK(answer->tables.at(0).empty.find("older than format 1.3") != std::string::npos);
}

TEST_CASE("equal blocks are duplicates of the field that owns them, and zeros are a group of their own") {
    Paged stated;
    const BlockId holder = stated.at(0, 80, stated.load, 1000);
    for (uint64_t copy = 0; copy < 10; ++copy) {
        const BlockId text = stated.at(0x100 + copy * 32, 24, stated.insert, 7);
        stated.writer.word(holder, copy * 8, Pointer{text});
    }
    stated.at(0x1000, 24, stated.read, 8);  // another value
    stated.at(0x1100, 48, stated.read, 7);  // the same hash, another size
    stated.at(0x2000, 500, stated.read, PROF_HASH_ZEROS);
    stated.at(0x3000, 500, stated.read, PROF_HASH_ZEROS);
    stated.at(0x4000, 500, stated.read);  // not hashed
    stated.writer.word(stated.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{holder});
    const Heap heap = stated.open();
    const auto names = BlockNames::of(heap, true);
    REQUIRE(names);
    const auto found = waste_duplicates(*names, {});
    REQUIRE(found);
    CHECK(found->wasted_bytes == 9 * 24);
    CHECK(found->zero_bytes == 1000);
    const Table &values = found->answer.tables.at(0), &owners = found->answer.tables.at(1);
    REQUIRE(values.rows.size() == 1);
    CHECK(number(values, 0, "copies") == 10);
    CHECK(number(values, 0, "size") == 24);
    CHECK(number(values, 0, "wasted") == 9 * 24);
    CHECK(number(values, 0, "address") == heap_at + 0x100);
    CHECK(sum_of(owners, "wasted") == 9 * 24);
    CHECK(number(found->answer.tables.at(2), 0, "count") == 2);
}

TEST_CASE("without hashes duplicates are refused, with what to do") {
    Stated stated;
    stated.blocks(3, 100, stated.load);
    const Heap heap = stated.open();
    const auto names = BlockNames::of(heap, false);
    const auto found = waste_duplicates(*names, {});
    REQUIRE_FALSE(found);
    CHECK(found.error().hint.find("--hashes") != std::string::npos);
}

TEST_CASE("the allocator's cost is what it rounds up, and glibc's headers") {
    Stated stated;
    for (int block = 0; block < 200; ++block)
        stated.writer.block({.size_bytes = 20, .stack = stated.load, .slack_bytes = 4});
    stated.writer.block({.address = 0x7fff'0000'0010, .size_bytes = 200'000, .stack = stated.load, .slack_bytes = 688});
    const AllocatorCost cost = allocator_cost(stated.open().blocks());
    CHECK(cost.is_glibc);
    CHECK(cost.requested_bytes == 204'000);
    CHECK(cost.rounding_bytes == 200 * 4 + 688);
    CHECK(cost.header_bytes == 200 * 8 + 16);
    Stated other;
    for (int block = 0; block < 200; ++block)
        other.writer.block({.size_bytes = 20, .stack = other.load, .slack_bytes = 12});
    const AllocatorCost of_other = allocator_cost(other.open().blocks());
    CHECK_FALSE(of_other.is_glibc);
    CHECK(of_other.header_bytes == 0);
}

TEST_CASE("the summary adds up to the allocator's pages") {
    Paged stated;
    stated.at(0, 1000, stated.load);
    stated.writer.pages(heap_at, "rr-");
    const Heap heap = stated.open();
    const PageUse use = page_use_of(heap.blocks(), *heap.snapshot().residency(), [](auto, uint64_t) {});
    const Table table = waste_summary(heap, use, {.padding_bytes = 12, .spare_bytes = 34});
    CHECK(summary_of(table, "resident_pages") == 2 * page);
    CHECK(summary_of(table, "live_resident") + summary_of(table, "free_between") + summary_of(table, "free_pages") ==
          2 * page);
    CHECK(summary_of(table, "padding") == 12);
    CHECK(summary_of(table, "spare") == 34);
    CHECK(summary_of(table, "duplicates") == -1);
}
