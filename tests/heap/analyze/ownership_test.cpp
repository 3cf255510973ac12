// SPDX-License-Identifier: MIT
//
// Self, retained and reachable; what would go; the tree of owners.
//
// Side: tests.
#include "analyze/ownership.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "analyze/freed.h"
#include "analyze/owned_tree.h"
#include "analyze/retained.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

// Two roots. The first holds `list` → `item` → `shared`, the second `other` → `shared`; `lost` points at `item`.
//
//     first ──▶ list 100 ──▶ item 20 ──▶ shared 7
//     second ─▶ other 50 ──────────────────┘
//     lost 3 ──▶ item,  lost 3 ──▶ lost_too 2
struct Shared : Stated {
    BlockId list, item, shared, other, lost, lost_too;
    Shared() {
        list = writer.block({.size_bytes = 100, .stack = load});
        item = writer.block({.size_bytes = 20, .stack = insert});
        shared = writer.block({.size_bytes = 17, .stack = insert});
        other = writer.block({.size_bytes = 50, .stack = read});
        lost = writer.block({.size_bytes = 16, .stack = read});
        lost_too = writer.block({.size_bytes = 12, .stack = read});
        writer.word(list, 0, Pointer{item});
        writer.word(item, 0, Pointer{shared});
        writer.word(other, 0, Pointer{shared});
        writer.word(lost, 0, Pointer{item});
        writer.word(lost, 8, Pointer{lost_too});
        writer.word(writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{list});
        writer.word(writer.root(PROF_ROOT_GLOBALS, 0, 0x405000, 8), 0, Pointer{other});
    }
};

std::string address_of(const Heap& heap, BlockId block) {
    return fmt::format("{:#x}", heap.blocks().address[block.index()]);
}

// A binary tree in blocks, each with a pointer to a random other one here and there.
struct Tangle : Stated {
    std::vector<BlockId> all;
    Tangle() {
        all = writer.blocks(200, {.size_bytes = 48, .stack = load});
        uint64_t state = 7;
        for (size_t at = 1; at < all.size(); ++at) {
            writer.word(all[(at - 1) / 2], at % 2 == 0 ? 0 : 8, Pointer{all[at]});
            state = state * 6364136223846793005u + 1442695040888963407u;
            if (at % 3 == 0) writer.word(all[at], 16, Pointer{all[(state >> 33) % all.size()]});
        }
        writer.word(writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{all[0]});
    }
};

}  // namespace

TEST_CASE("self, retained and reachable are three sizes") {
    const Shared stated;
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    REQUIRE(ownership);
    CHECK(ownership->self(stated.list.value).bytes == 100);
    CHECK(ownership->retained(stated.list.value).bytes == 120);
    CHECK(ownership->retained(stated.list.value).blocks == 2);
    const std::vector<std::vector<uint32_t>> sets = {{stated.list.value}, {stated.other.value}};
    CHECK(ownership->reachable_bytes(sets) == std::vector<int64_t>{137, 67});
}

TEST_CASE("what roots own, what is only looked at and what is lost add up to what is live") {
    const Shared stated;
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    REQUIRE(ownership);
    CHECK(ownership->of_tier(graph::Tier::owned).bytes == 187);
    CHECK(ownership->of_tier(graph::Tier::unreached).bytes == 28);
    const Table held = held_totals(*ownership);
    CHECK(number(held, 0, "size") + number(held, 1, "size") + number(held, 2, "size") ==
          static_cast<int64_t>(heap.snapshot().process().live_bytes));
}

TEST_CASE("what several roots own is in no root's size, but in a row of its own") {
    const Shared stated;
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    const Table table = retained_by(heap, *ownership, RetainedBy::root, {});
    REQUIRE(table.rows.size() == 3);
    CHECK(number(table, 0, "retained") == 120);
    CHECK(number(table, 0, "reachable") == 137);
    CHECK(number(table, 1, "retained") == 50);
    CHECK(text(table, 2, "name") == "shared by several roots");
    CHECK(number(table, 2, "retained") == 17);
}

TEST_CASE("an object below another of its type is not counted again") {
    Stated stated;
    const auto nodes = stated.writer.blocks(10, {.size_bytes = 32, .stack = stated.load});
    for (size_t at = 0; at + 1 < nodes.size(); ++at) stated.writer.word(nodes[at], 8, Pointer{nodes[at + 1]});
    stated.writer.word(stated.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{nodes[0]});
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    const Table table = retained_by(heap, *ownership, RetainedBy::site, {});
    REQUIRE(table.rows.size() == 1);
    CHECK(number(table, 0, "count") == 10);
    CHECK(number(table, 0, "retained") == 320);
    const Tree tree = owned_tree(heap, *ownership, {}, {});
    CHECK(tree.total[0] == 320);
}

TEST_CASE("what would go when one object goes is what it dominates") {
    const Tangle stated;
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    REQUIRE(ownership);
    for (const BlockId block : stated.all) {
        const std::vector<uint8_t> goes = would_go(*ownership, std::array{block.value});
        const auto count = std::count(goes.begin(), goes.end(), 1);
        REQUIRE(count == ownership->retained(block.value).blocks);
    }
}

TEST_CASE("what two objects own together goes with both, and not with one") {
    const Shared stated;
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    const auto one = what_if_freed(heap, *ownership, {.what = address_of(heap, stated.list)});
    REQUIRE(one);
    CHECK(one->self.bytes == 100);
    CHECK(one->gone.bytes == 120);
    CHECK(one->stays.bytes == 17);
    CHECK(text(one->stays_by_type, 0, "owner").ends_with("+0x0"));
    const std::vector<uint8_t> both = would_go(*ownership, std::array{stated.list.value, stated.other.value});
    CHECK(both[stated.shared.index()] == 1);
    CHECK(both[stated.lost.index()] == 0);
}

TEST_CASE("what is freed must be there") {
    const Shared stated;
    const Heap heap = stated.open();
    const auto ownership = Ownership::of(heap);
    CHECK_FALSE(what_if_freed(heap, *ownership, {.what = "NoSuchType"}));
}

TEST_CASE("the tree of owners has a line for what nothing reaches") {
    const Shared stated;
    const Heap heap = stated.open();
    const Tree tree = owned_tree(heap, *Ownership::of(heap), {}, {});
    const auto found = std::find(tree.names.begin(), tree.names.end(), "unreachable");
    REQUIRE(found != tree.names.end());
    CHECK(tree.total[static_cast<size_t>(found - tree.names.begin())] == 28);
    CHECK(tree.total[0] == 215);
}
