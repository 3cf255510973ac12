// SPDX-License-Identifier: MIT
//
// The tree of stacks: one node for each (frame, caller), one number for each stack, whoever asks and however often.
#include "record/stacks.h"

#include <prof/format.h>

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "catch.h"

using namespace prof;

namespace {

void start_once() {
    static bool started = stacks::start();
    REQUIRE(started);
}

uint32_t intern_path(const std::vector<uint64_t>& outermost_first) {
    uint32_t node = stacks::empty_stack;
    for (uint64_t pc : outermost_first) node = stacks::intern(node, pc);
    return node;
}

}  // namespace

TEST_CASE("the same stack has the same node, another has another") {
    start_once();
    uint32_t a = intern_path({1, 2, 3}), b = intern_path({1, 2, 4}), c = intern_path({2, 2, 3});
    CHECK(intern_path({1, 2, 3}) == a);
    CHECK(a != b);
    CHECK(a != c);
    CHECK(stacks::nodes.at(a).pc == 3);
    CHECK(stacks::nodes.at(a).caller == stacks::nodes.at(b).caller);
}

TEST_CASE("the same address in another generation of modules is another node") {
    start_once();
    CHECK(intern_path({0x5000}) != intern_path({uint64_t{1} << 48 | 0x5000}));
}

TEST_CASE("a node is always larger than its caller") {
    start_once();
    std::mt19937_64 random(2);
    for (int i = 0; i < 1000; ++i) intern_path({random() % 9, random() % 9, random() % 9, random() % 9});
    for (uint32_t i = 1; i < stacks::node_total; ++i) CHECK(stacks::nodes.at(i).caller < i);
}

TEST_CASE("tables grow and forget nothing") {
    start_once();
    std::map<uint64_t, uint32_t> known;
    for (uint64_t pc = 1 << 20; pc < (1 << 20) + 50000; ++pc) known[pc] = stacks::intern(stacks::empty_stack, pc);
    for (auto& [pc, node] : known) {
        REQUIRE(stacks::intern(stacks::empty_stack, pc) == node);
        REQUIRE(stacks::nodes.at(node).pc == pc);
    }
}

TEST_CASE("a leaf gets one number, with its node and flags") {
    start_once();
    uint32_t node = intern_path({77, 78});
    uint32_t stack = stacks::leaf(node, PROF_STACK_INCOMPLETE);
    CHECK(stack != 0);
    CHECK(stacks::leaf(node, 0) == stack);
    CHECK(stacks::node_of(stack) == node);
    CHECK(stacks::flags_of(stack) == PROF_STACK_INCOMPLETE);
}

TEST_CASE("threads that intern the same stacks agree") {
    start_once();
    constexpr uint64_t count = 20000;
    std::vector<std::vector<uint32_t>> found(4);
    std::vector<std::thread> threads;
    for (auto& mine : found) {
        threads.emplace_back([&mine] {
            for (uint64_t i = 0; i < count; ++i)
                mine.push_back(stacks::leaf(intern_path({1000000 + i % 7, 2000000 + i % 130, 3000000 + i}), 0));
        });
    }
    for (auto& thread : threads) thread.join();
    for (auto& other : found) CHECK(other == found[0]);
}
