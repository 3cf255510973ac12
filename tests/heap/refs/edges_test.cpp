// SPDX-License-Identifier: MIT
//
// Which words are edges, and which interior pointers hold a block.
//
// Side: tests.
#include "refs/edges.h"

#include "opened.h"

using namespace heapkit;
using namespace heapkit::tests;
using graph::Edge;
using refs::Heuristics;

namespace {

constexpr Heuristics no_heuristics = {false, false, false, false, false};
const python::Objects no_python;

std::vector<Edge> root_edges(const Opened& opened, Heuristics heuristics) {
    const refs::InteriorPointers interior(opened.snapshot(), opened.blocks, opened.words, no_python, heuristics);
    return edges_from_roots(opened.snapshot(), opened.blocks, opened.words, interior);
}

// Is a pointer to byte `into_bytes` of `block` strong with these heuristics?
bool holds(SnapshotWriter writer, BlockId block, uint64_t into_bytes, Heuristics heuristics) {
    const RootId root = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8);
    writer.word(root, 0, Pointer{block, into_bytes});
    const auto edges = root_edges(Opened(writer), heuristics);
    REQUIRE(edges.size() == 1);
    return edges.front().is_strong();
}

}  // namespace

TEST_CASE("a word is an edge when it points at a block or into its requested bytes") {
    SnapshotWriter writer;
    const BlockId to = writer.block({.size_bytes = 24, .slack_bytes = 8});
    const BlockId empty = writer.block({.size_bytes = 0, .slack_bytes = 24});
    const BlockId from = writer.block({.size_bytes = 128});
    writer.word(from, 0, Pointer{to});
    writer.word(from, 8, Pointer{to, 16});
    writer.word(from, 16, Pointer{to, 28});  // in the slack
    writer.word(from, 24, EndPointer{to});
    writer.word(from, 32, SelfPointer{8});
    writer.word(from, 40, Pointer{empty});
    writer.word(from, 48, Integer{1});
    const Opened opened(writer);
    const refs::InteriorPointers interior(opened.snapshot(), opened.blocks, opened.words, no_python, {});
    const auto graph = edges_between(opened.blocks, opened.words, interior);
    REQUIRE(graph);
    REQUIRE(graph->node_count() == 3);
    CHECK(graph->out(0).empty());
    const auto out = graph->out(from.value);
    CHECK(std::vector<Edge>(out.begin(), out.end()) ==
          std::vector{Edge({.to = to.value}), Edge({.to = to.value, .is_strong = false}), Edge({.to = empty.value})});
    CHECK(edges_from_roots(opened.snapshot(), opened.blocks, opened.words, interior).empty());
}

TEST_CASE("glibc's own pointers to chunk headers, at the end of a block, are no edges; anybody else's are") {
    for (const char* const path : {"/lib/x86_64-linux-gnu/libc.so.6", "/bin/program"}) {
        SnapshotWriter writer;
        writer.module({.path = path});
        const BlockId block = writer.block({.size_bytes = 37, .slack_bytes = 3});
        const RootId root = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 16);
        writer.word(root, 0, Pointer{block, 32});  // the next chunk's header
        writer.word(root, 8, Pointer{block, 24});
        CHECK(root_edges(Opened(writer), {}).size() == (path[1] == 'l' ? 1 : 2));
    }
}

TEST_CASE("stdstring: a pointer behind length, capacity and use count holds a string") {
    for (const uint32_t length : {5u, 75u, 76u}) {
        SnapshotWriter writer;
        const BlockId text = writer.block({.size_bytes = 100});
        writer.word(text, 0, Integer{length});
        writer.word(text, 8, Integer{75});
        CHECK(holds(writer, text, 24, {}) == (length <= 75));
        CHECK_FALSE(holds(writer, text, 24, no_heuristics));
        CHECK_FALSE(holds(writer, text, 32, {}));
    }
}

TEST_CASE("stdstring: a length that was not kept is taken for zero, a capacity is not") {
    SnapshotWriter writer;
    const BlockId empty = writer.block({.size_bytes = 100});
    writer.word(empty, 8, Integer{75});
    CHECK(holds(writer, empty, 24, {}));
    SnapshotWriter other;
    const BlockId unknown = other.block({.size_bytes = 25});
    other.word(unknown, 0, Integer{1});
    CHECK_FALSE(holds(other, unknown, 24, {}));
}

TEST_CASE("length64: a pointer behind the size of the rest holds the block") {
    constexpr Heuristics alone = {
        .stdstring = false, .length64 = true, .newarray = false, .multipleinheritance = false};
    SnapshotWriter writer;
    const BlockId sized = writer.block({.size_bytes = 108});
    writer.word(sized, 0, Integer{100});
    CHECK(holds(writer, sized, 8, alone));
    CHECK_FALSE(holds(writer, sized, 16, alone));
    SnapshotWriter other;
    const BlockId wrong = other.block({.size_bytes = 108});
    other.word(wrong, 0, Integer{99});
    CHECK_FALSE(holds(other, wrong, 8, alone));
}

TEST_CASE("newarray: a pointer behind a number that divides the rest holds the block") {
    constexpr Heuristics alone = {
        .stdstring = false, .length64 = false, .newarray = true, .multipleinheritance = false};
    SnapshotWriter writer;
    const BlockId array = writer.block({.size_bytes = 8 + 7 * 24});
    writer.word(array, 0, Integer{7});
    CHECK(holds(writer, array, 8, alone));
    CHECK_FALSE(holds(writer, array, 8, no_heuristics));
    SnapshotWriter other;
    const BlockId uneven = other.block({.size_bytes = 8 + 7 * 24 + 1});
    other.word(uneven, 0, Integer{7});
    CHECK_FALSE(holds(other, uneven, 8, alone));
}

TEST_CASE("a number that looks like a pointer is still a number to a heuristic") {
    // At a fixed address the heap may lie so low that a count of elements is the address of a block.
    SnapshotWriter writer;
    const BlockId low = writer.block({.address = 0x1000, .size_bytes = 16});
    const BlockId array = writer.block({.size_bytes = 8 + 0x1000 * 4});
    writer.word(array, 0, Pointer{low});
    CHECK(holds(writer, array, 8, {}));
}

TEST_CASE("multipleinheritance: a pointer to a second pointer to a virtual table holds the block") {
    constexpr uint64_t table = 0x600000, code = 0x500000;
    const auto object = [&](uint64_t first, uint64_t second) {
        SnapshotWriter writer;
        writer.map(0x500000, 0x510000, "/bin/program", 5);
        writer.map(0x600000, 0x610000, "/bin/program", 1);
        const BlockId block = writer.block({.size_bytes = 64});
        writer.word(block, 0, ModulePointer{first});
        writer.word(block, 24, ModulePointer{second});
        return holds(writer, block, 24, {});
    };
    CHECK(object(table + 16, table + 64));
    CHECK_FALSE(object(table + 16, code));
    CHECK_FALSE(object(table + 16, table + 65));
    CHECK_FALSE(object(code, table + 64));
}

TEST_CASE("heuristics are named as memcheck names them") {
    CHECK(*refs::parse_heuristics("all") == Heuristics{});
    CHECK(*refs::parse_heuristics("none") == no_heuristics);
    CHECK(*refs::parse_heuristics("memcheck") == Heuristics{.header = false});
    CHECK(*refs::parse_heuristics("newarray,stdstring") ==
          Heuristics{
              .stdstring = true, .length64 = false, .newarray = true, .multipleinheritance = false, .header = false});
    const auto wrong = refs::parse_heuristics("length64,magic");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().what == "there is no heuristic \"magic\"");
    CHECK_FALSE(refs::parse_heuristics(""));
}
