// SPDX-License-Identifier: MIT
//
// What analyses answer a page at a time: objects in any order, nodes of the dominator tree, nets and trees with bounds.
//
// Side: tests.
#include <fmt/format.h>
#include <numeric>

#include "analyze/flame_by_type.h"
#include "analyze/neighbours.h"
#include "analyze/objects.h"
#include "analyze/owned_children.h"
#include "heaps.h"

namespace heapkit::analyze {
namespace {

using namespace tests;

// A root that holds `width` blocks, each of which holds `width` more; sizes of 16, 32, 48, ….
struct Branching : Stated {
    std::vector<BlockId> outer, inner;
    explicit Branching(size_t width) {
        for (size_t i = 0; i < width; ++i) outer.push_back(writer.block({.size_bytes = 8 * width, .stack = insert}));
        const RootId root = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8 * width);
        for (size_t i = 0; i < width; ++i) {
            writer.word(root, 8 * i, Pointer{outer[i]});
            for (size_t j = 0; j < width; ++j) {
                inner.push_back(writer.block({.size_bytes = 16 + 16 * (i * width + j), .stack = load}));
                writer.word(outer[i], 8 * j, Pointer{inner.back()});
            }
        }
    }
};

std::string hex_of(const Heap& heap, BlockId block) {
    return fmt::format("{:#x}", heap.blocks().address[block.index()]);
}

std::vector<int64_t> numbers(const Table& table, const std::string& key) {
    std::vector<int64_t> all;
    for (size_t row = 0; row < table.rows.size(); ++row) all.push_back(std::get<int64_t>(cell(table, row, key)));
    return all;
}

}  // namespace

TEST_CASE(
    "A picture has a bounded number of nodes, what is cut says so, and what is asked for is followed all the same") {
    const Branching branching(12);
    const Heap heap = branching.open();
    const auto net = [&](size_t most_nodes, std::vector<uint64_t> followed = {}) {
        NeighbourOptions options;
        options.direction = Direction::referents;
        options.too_many = 0;
        options.max_depth = 9;
        options.most_subjects = 3;
        options.most_nodes = most_nodes;
        options.followed = std::move(followed);
        for (size_t subject = 0; subject < 3; ++subject)
            options.of.addresses.push_back(hex_of(heap, branching.outer[subject]));
        auto drawn = neighbours(heap, options);
        REQUIRE(drawn);
        return *std::move(drawn);
    };
    CHECK(net(0).nodes.size() == 3 + 3 * 12);
    const Net cut = net(4);
    CHECK(cut.nodes.size() == 3 + 12);
    CHECK_FALSE(cut.nodes[0].has_more);
    CHECK(cut.nodes[1].has_more);
    CHECK(cut.nodes[2].has_more);
    const Net followed = net(4, {heap.blocks().address[branching.outer[2].index()]});
    CHECK(followed.nodes.size() == 3 + 2 * 12);
    CHECK(followed.nodes[1].has_more);
    CHECK_FALSE(followed.nodes[2].has_more);
}

TEST_CASE("The children of each node of the dominator tree add up to what it keeps alive, and ways are stable") {
    const Branching branching(6);
    const Heap heap = branching.open();
    const auto ownership = Ownership::of(heap);
    REQUIRE(ownership);
    OwnedChildren children(heap, *ownership);
    const auto top = children.table({});
    REQUIRE(top);
    const std::vector<int64_t> retained = numbers(*top, "retained");
    CHECK(std::accumulate(retained.begin(), retained.end(), int64_t{0}) ==
          static_cast<int64_t>(heap.snapshot().process().live_bytes));
    CHECK(text(*top, 0, "node") == "0");
    CHECK(text(*top, 0, "kind") == "root");
    const auto below = children.table({.node = "0"});
    REQUIRE(below);
    const std::vector<int64_t> of_root = numbers(*below, "retained");
    CHECK(std::accumulate(of_root.begin(), of_root.end(), int64_t{0}) == retained[0]);
    const std::string way = text(*below, 0, "node");
    CHECK(way == "0.0");
    OwnedChildren anew(heap, *ownership);
    const auto again = anew.table({.node = way});
    REQUIRE(again);
    CHECK(numbers(*again, "retained") == numbers(*children.table({.node = way}), "retained"));
    for (const char* nowhere : {"1000", "0.1000", "0.", ".", "-1", "0.0.0.0.0.0", "x"})
        CHECK_FALSE(children.table({.node = nowhere}));
}

TEST_CASE("Frames that are too narrow go with all that is below them, and so do names that nobody has any more") {
    Tree tree{.parent = {0, 0, 0, 1, 2, 3},
              .name = {0, 1, 2, 3, 4, 5},
              .group = {6, 6, 6, 6, 6, 6},
              .total = {1000, 900, 9, 10, 9, 10},
              .names = {"all", "a", "narrow", "b", "below narrow", "c", "module"}};
    CHECK(cut_narrow(tree, 0.01) == 2);
    CHECK(tree.parent == std::vector<uint32_t>{0, 0, 1, 2});
    CHECK(tree.total == std::vector<int64_t>{1000, 900, 10, 10});
    CHECK(tree.names == std::vector<std::string>{"all", "a", "b", "c", "module"});
    Tree shrunk{.is_difference = true,
                .parent = {0, 0, 0},
                .name = {0, 1, 2},
                .group = {0, 0, 0},
                .total = {1000, 1, 1},
                .old_total = {1000, 500, 1},
                .names = {"all", "was there", "never"}};
    CHECK(cut_narrow(shrunk, 0.01) == 1);
    CHECK(shrunk.old_total == std::vector<int64_t>{1000, 500});
}

}  // namespace heapkit::analyze
