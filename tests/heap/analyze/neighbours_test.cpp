// SPDX-License-Identifier: MIT
//
// What is drawn of who refers to an object: depth, breadth, filter, roots.
//
// Side: tests.
#include "analyze/neighbours.h"

#include <algorithm>

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

std::string address_of(const Heap& heap, BlockId block) {
    char text[32];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(heap.blocks().address[block.index()]));
    return text;
}

// A block that a root holds through two others, and `beside` blocks that refer to it too.
struct Held : Stated {
    BlockId object, middle, outer;
    explicit Held(size_t beside = 0) {
        object = writer.block({.size_bytes = 48, .stack = load});
        middle = writer.block({.size_bytes = 64, .stack = insert});
        outer = writer.block({.size_bytes = 64, .stack = insert});
        writer.word(middle, 8, Pointer{object});
        writer.word(outer, 16, Pointer{middle});
        const RootId root = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 64);
        writer.word(root, 0, Pointer{outer});
        for (const BlockId block : writer.blocks(beside, {.size_bytes = 32, .stack = read}))
            writer.word(block, 0, Pointer{object});
    }
};

Net drawn(const Heap& heap, BlockId block, NeighbourOptions options = {}) {
    options.of.addresses = {address_of(heap, block)};
    auto net = neighbours(heap, options);
    if (!net) throw std::runtime_error(net.error().what);
    return *std::move(net);
}

size_t count_of(const Net& net, NetNode::Role role) {
    return static_cast<size_t>(
        std::count_if(net.nodes.begin(), net.nodes.end(), [&](const NetNode& node) { return node.role == role; }));
}

}  // namespace

TEST_CASE("backreferences lead to the root, and stop there") {
    const Held held;
    const Heap heap = held.open();
    const Net net = drawn(heap, held.object);
    REQUIRE(net.nodes.size() == 4);
    CHECK(net.nodes[0].role == NetNode::Role::subject);
    CHECK(net.nodes[0].lines.at(1) == "48 B");
    CHECK(net.nodes[0].lines.at(2) == "allocated in load() places.cpp:32");
    CHECK(net.nodes[3].role == NetNode::Role::root);
    CHECK(net.nodes[3].depth == 3);
    REQUIRE(net.edges.size() == 3);
    CHECK(net.edges[0].from == 1);
    CHECK(net.edges[0].to == 0);
    CHECK(net.edges[0].label == "+0x8");
    for (const NetEdge& edge : net.edges) CHECK(edge.on_path);
    CHECK(net.title.find("who holds it") != std::string::npos);
}

TEST_CASE("what lies deeper than the depth limit is not drawn, and its node says that there is more") {
    const Held held;
    const Heap heap = held.open();
    const Net net = drawn(heap, held.object, {.max_depth = 1});
    REQUIRE(net.nodes.size() == 2);
    CHECK(net.nodes[1].has_more);
    CHECK_FALSE(net.nodes[0].has_more);
    CHECK_FALSE(drawn(heap, held.object, {.max_depth = 3}).nodes.back().has_more);
}

TEST_CASE("beyond too_many one box says how many more there are, and the way to the root is never among them") {
    const Held held(20);
    const Heap heap = held.open();
    const Net net = drawn(heap, held.object, {.too_many = 5});
    CHECK(count_of(net, NetNode::Role::folded) == 1);
    CHECK(net.nodes.back().lines.at(0) == "16 more backreferences");
    CHECK(net.edges.back().to == 0);
    CHECK_FALSE(net.edges.back().owns);
    CHECK(count_of(net, NetNode::Role::root) == 1);
    CHECK(drawn(heap, held.object, {.too_many = 0}).nodes.size() == 24);
}

TEST_CASE("the filter is applied before neighbours are counted") {
    const Held held(20);
    const Heap heap = held.open();
    NeighbourOptions options{.too_many = 5};
    options.filter.exclude = {*parse_pattern("function=*read*")};
    const Net net = drawn(heap, held.object, options);
    CHECK(count_of(net, NetNode::Role::folded) == 0);
    CHECK(net.nodes.size() == 4);
}

TEST_CASE("references are followed from the object onwards") {
    const Held held;
    const Heap heap = held.open();
    const Net net = drawn(heap, held.outer, {.direction = Direction::referents});
    REQUIRE(net.nodes.size() == 3);
    CHECK(net.edges[0].from == 0);
    CHECK(net.edges[0].label == "+0x10");
    CHECK(net.key == "refs");
}

TEST_CASE("objects that nothing leads to are marked as lost") {
    Stated stated;
    const BlockId lost = stated.writer.block({.size_bytes = 48, .stack = stated.load});
    const Heap heap = stated.open();
    const Net net = drawn(heap, lost);
    REQUIRE(net.nodes.size() == 1);
    CHECK(net.nodes[0].is_lost);
}

TEST_CASE("several fields that refer to one object share an arrow") {
    Stated stated;
    const BlockId to = stated.writer.block({}), from = stated.writer.block({.size_bytes = 64});
    for (const uint64_t offset : {0, 8, 16, 24}) stated.writer.word(from, offset, Pointer{to});
    const Heap heap = stated.open();
    const Net net = drawn(heap, to);
    REQUIRE(net.edges.size() == 1);
    CHECK(net.edges[0].label == "+0x0, +0x8, +0x10, …");
}

TEST_CASE("extra information is chosen by name") {
    CHECK(parse_extra_info("address,age")->age);
    CHECK_FALSE(parse_extra_info("address,age")->site);
    CHECK(parse_extra_info("all")->site);
    CHECK_FALSE(parse_extra_info("colour"));
}
