// SPDX-License-Identifier: MIT
//
// LeakSanitizer's suppressions: the file, the patterns, and what they take.
//
// Side: tests.
#include "analyze/suppressions.h"

#include "leaky_heap.h"
#include "places.h"

using namespace heapkit;
using namespace heapkit::tests;
using analyze::matches_suppression;
using analyze::parse_suppressions;

TEST_CASE("a pattern is found anywhere in a text") {
    CHECK(matches_suppression("insert", "cache::Store::insert(int)"));
    CHECK(matches_suppression("cache::Store::insert(int)", "cache::Store::insert(int)"));
    CHECK_FALSE(matches_suppression("Insert", "cache::Store::insert(int)"));
    CHECK_FALSE(matches_suppression("insert", ""));
}

TEST_CASE("^ and $ tie a pattern to the start and the end") {
    CHECK(matches_suppression("^main$", "main"));
    CHECK_FALSE(matches_suppression("^main$", "main2"));
    CHECK_FALSE(matches_suppression("^main", "domain"));
    CHECK(matches_suppression("main$", "domain"));
    CHECK(matches_suppression("in$", "in main"));  // the last one counts
}

TEST_CASE("* stands for anything between") {
    CHECK(matches_suppression("http::*::read", "http::Session::read()"));
    CHECK(matches_suppression("^http*read()$", "http::Session::read()"));
    CHECK(matches_suppression("a*b*c", "xaybzc"));
    CHECK_FALSE(matches_suppression("a*b*c", "xacyb"));
    CHECK_FALSE(matches_suppression("^aa*aa$", "aaa"));
    CHECK(matches_suppression("read*", "http::Session::read"));
    CHECK(matches_suppression("*read*$", "http::Session::read()"));
}

TEST_CASE("a file has one suppression a line, comments and empty lines") {
    const auto parsed = parse_suppressions("# known\n\n  leak:libfoo.so \r\nleak:^main$", "known.supp");
    REQUIRE(parsed);
    REQUIRE(parsed->size() == 2);
    CHECK((*parsed)[0].pattern == "libfoo.so");
    CHECK((*parsed)[0].line == 3);
    CHECK((*parsed)[1].pattern == "^main$");
    CHECK((*parsed)[1].line == 4);
}

TEST_CASE("an error in a file names the line") {
    const auto wrong = parse_suppressions("leak:a\nrace:b\n", "known.supp");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().what == "known.supp:2: \"race:b\" is not a suppression");
    for (const char* const text : {"leak:", "leak: ", "leak:*", "leak:^$"}) {
        const auto all = parse_suppressions(text, "known.supp");
        REQUIRE_FALSE(all);
        CHECK(all.error().what.find("would suppress everything") != std::string::npos);
    }
    CHECK_FALSE(analyze::read_suppressions("/no/such/file"));
}

TEST_CASE("a suppression takes what hangs on the block that it matches") {
    LeakyHeap heap;
    const StackId known = heap.writer.stack({0x401000}), other = heap.writer.stack({0x402000});
    const BlockId head = heap.block(32, known), held = heap.block(32, other), below = heap.block(32, other);
    heap.block(32, other);
    heap.link(head, held);
    heap.link(held, below);
    const auto verdicts = judge(heap.bytes(), {.suppression_of_stack = {graph::no_node, 7, graph::no_node}});
    REQUIRE(verdicts);
    CHECK(letters(*verdicts) == "SSSD");
    CHECK(verdicts->suppressed_by == std::vector<uint32_t>{7, 7, 7, graph::no_node});
}

TEST_CASE("a suppression leaves alone what is reachable") {
    LeakyHeap heap;
    const StackId known = heap.writer.stack({0x401000});
    heap.root(heap.block(32, known));
    CHECK(verdicts_in(heap, {.suppression_of_stack = {graph::no_node, 0}}) == "R");
}

TEST_CASE("a pattern is matched with function, file and module of every frame") {
    SnapshotWriter writer;
    writer.module_of(reinterpret_cast<const void*>(places::load()));
    const StackId stack = writer.stack({places::insert(), places::load()});
    writer.block({.stack = stack});
    const TemporaryFolder folder;
    writer.write(folder / "a.heap");
    const auto heap = Heap::open(folder / "a.heap");
    REQUIRE(heap);
    const auto first_match = [&](const char* text) {
        return suppression_of_stacks(*heap, *parse_suppressions(text, ""))[stack.index()];
    };
    CHECK(first_match("leak:http::\nleak:cache::Store::insert") == 1);
    CHECK(first_match("leak:^cache::load") == 0);
    CHECK(first_match("leak:places.cpp$") == 0);
    CHECK(first_match("leak:test_heap_leaks") == 0);
    CHECK(first_match("leak:nothing") == graph::no_node);
    CHECK(suppression_of_stacks(*heap, *parse_suppressions("leak:places", ""))[0] == graph::no_node);
}
