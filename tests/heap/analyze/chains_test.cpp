// SPDX-License-Identifier: MIT
//
// Chains from roots, and which objects are held alike.
//
// Side: tests.
#include "analyze/chains.h"

#include <fmt/format.h>

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

std::string address_of(const Heap& heap, BlockId block) {
    return fmt::format("{:#x}", heap.blocks().address[block.index()]);
}

// A root that holds a list of blocks, each through byte 8 of the one before.
struct List : Stated {
    std::vector<BlockId> nodes;
    explicit List(size_t count) {
        nodes = writer.blocks(count, {.size_bytes = 32, .stack = load});
        for (size_t index = 0; index + 1 < count; ++index) writer.word(nodes[index], 8, Pointer{nodes[index + 1]});
        writer.word(writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8), 0, Pointer{nodes[0]});
    }
};

}  // namespace

TEST_CASE("a chain leads from a root to the object, through each reference") {
    const List list(3);
    const Heap heap = list.open();
    const auto found = chains(heap, {.of = {.addresses = {address_of(heap, list.nodes[2])}, .type = {}}});
    REQUIRE(found);
    REQUIRE(found->nets.size() == 1);
    const Net& net = found->nets[0];
    CHECK(net.is_chain);
    REQUIRE(net.nodes.size() == 4);
    CHECK(net.nodes[0].role == NetNode::Role::root);
    CHECK(net.nodes[3].role == NetNode::Role::subject);
    REQUIRE(net.edges.size() == 3);
    CHECK(net.edges[0].label.empty());
    CHECK(net.edges[2].label == "+0x8");
    CHECK(net.title.ends_with("is held like this"));
}

TEST_CASE("of a long run of one type the middle is left out, and counted") {
    const List list(1000);
    const Heap heap = list.open();
    const auto found = chains(heap, {.of = {.addresses = {address_of(heap, list.nodes[999])}, .type = {}}});
    REQUIRE(found);
    const Net& net = found->nets[0];
    REQUIRE(net.nodes.size() == 5);
    CHECK(net.nodes[2].role == NetNode::Role::folded);
    CHECK(net.nodes[2].lines.at(0) == "997 more in cache::load() places.cpp:32");
    CHECK(net.nodes[1].address == heap.blocks().address[list.nodes[0].index()]);
}

TEST_CASE("elements of a list are held alike, whatever their place in it") {
    const List list(50);
    const Heap heap = list.open();
    Choice of;
    for (const size_t index : {1, 7, 49}) of.addresses.push_back(address_of(heap, list.nodes[index]));
    const auto found = chains(heap, {.of = of});
    REQUIRE(found);
    CHECK(found->nets.size() == 1);
    CHECK(found->kinds_left_out == 0);
    CHECK(number(found->kinds, 0, "count") == 3);
}

TEST_CASE("objects that are held in different ways are different kinds, the most common first") {
    Stated stated;
    const auto objects = stated.writer.blocks(5, {.size_bytes = 16, .stack = stated.load});
    const auto alone = stated.writer.block({.size_bytes = 16, .stack = stated.load});
    const BlockId table = stated.writer.block({.size_bytes = 128, .stack = stated.insert});
    const BlockId other = stated.writer.block({.size_bytes = 256, .stack = stated.read});
    for (size_t index = 0; index < 4; ++index) {
        const BlockId holder = stated.writer.block({.size_bytes = 16, .stack = stated.wrapped});
        stated.writer.word(table, 8 * index, Pointer{holder});
        stated.writer.word(holder, 8, Pointer{objects[index]});
    }
    stated.writer.word(other, 0, Pointer{objects[4]});
    const RootId root = stated.writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 16);
    stated.writer.word(root, 0, Pointer{table});
    stated.writer.word(root, 8, Pointer{other});
    const Heap heap = stated.open();
    Choice of;
    for (const BlockId object : objects) of.addresses.push_back(address_of(heap, object));
    of.addresses.push_back(address_of(heap, alone));
    const auto found = chains(heap, {.of = of});
    REQUIRE(found);
    CHECK(found->objects == 6);
    CHECK(found->unreachable == 1);
    CHECK(found->notes.size() == 1);
    REQUIRE(found->nets.size() == 1);
    CHECK(found->kinds_left_out == 1);
    CHECK(number(found->kinds, 0, "count") == 4);
    CHECK(found->nets[0].title.starts_with("4 of 6 "));
    CHECK(found->nets[0].title.ends_with("are held like this (2 others: --all-chains)"));
    const auto all = chains(heap, {.of = of, .limit = 0});
    REQUIRE(all);
    CHECK(all->nets.size() == 2);
}
