// SPDX-License-Identifier: MIT
//
// Objects by address: what is there, and what is said when nothing is.
//
// Side: tests.
#include "analyze/choose.h"

#include "analyze/vertex_text.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

Heap two_blocks() {
    Stated stated;
    stated.writer.block({.address = 0x10000, .size_bytes = 24, .stack = stated.load});
    stated.writer.block({.address = 0x10100, .size_bytes = 100, .stack = stated.load});
    stated.writer.thread({.tid = 9, .slot = 2, .name = "worker", .stack_start = 0x7000'0000, .stack_end = 0x7000'1000});
    return stated.open();
}

}  // namespace

TEST_CASE("an address inside a block means that block") {
    const Heap heap = two_blocks();
    const auto found = block_at(heap, "0x10117");
    REQUIRE(found);
    CHECK(found->block == BlockId(1));
    CHECK(found->offset_bytes == 0x17);
    CHECK(block_at(heap, "10100")->offset_bytes == 0);
}

TEST_CASE("an address that is no block is told where it lies") {
    const Heap heap = two_blocks();
    CHECK(block_at(heap, "0x10018").error().hint ==
          "It lies between the blocks at 0x10000 (24 B) and 0x10100 (100 B).");
    CHECK(block_at(heap, "0x1").error().hint == "The first block is at 0x10000 (24 B).");
    CHECK(block_at(heap, "0x20000").error().hint == "The last block is at 0x10100 (100 B).");
    CHECK(block_at(heap, "0x70000010").error().hint == "It lies on the stack of thread 9 (worker).");
    CHECK(block_at(heap, "nothing").error().what == "\"nothing\" is no address");
}

TEST_CASE("objects are named by address or by type, not by both") {
    const Heap heap = two_blocks();
    CHECK_FALSE(choose(heap, {}));
    CHECK_FALSE(choose(heap, {.addresses = {"0x10000"}, .type = "int"}));
    const auto chosen = choose(heap, {.addresses = {"0x10100", "0x10000", "0x10101"}, .type = {}});
    REQUIRE(chosen);
    CHECK(chosen->blocks == std::vector{BlockId(1), BlockId(0)});
    CHECK(chosen->text == "2 objects");
}

TEST_CASE("a pattern that matches no type is an error, and sites are no types") {
    const Heap heap = two_blocks();
    const auto chosen = choose(heap, {.addresses = {}, .type = "load"});
    REQUIRE_FALSE(chosen);
    CHECK(chosen.error().what == "no type is called load");
}

TEST_CASE("a bare name leaves namespaces out, those of arguments too") {
    CHECK(bare_name("std::vector<docserver::EventBus::Subscription>") == "vector<Subscription>");
    CHECK(bare_name("λ in docserver::Server::handle_request(int) server.cpp:41") ==
          "λ in handle_request(int) server.cpp:41");
    CHECK(bare_name("std::function<void (app::Result const&)>") == "function<void (Result const&)>");
    CHECK(bare_name("app::(anonymous namespace)::Hidden") == "Hidden");
    CHECK(bare_name("std::map<std::string, app::Box<int>::Inner*>") == "map<string, Inner*>");
    CHECK(bare_name("int") == "int");
}
