// SPDX-License-Identifier: MIT
//
// What comes and goes: counters by line, ages that stopped counting, what to reserve, pool and keep.
//
// Side: tests.
#include "analyze/churn.h"

#include <cstdlib>
#include <numeric>

#include "analyze/callees.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

// What was freed of a stack, all at one age.
void freed(Stated& stated, StackId stack, uint64_t blocks, uint64_t size_bytes, size_t age) {
    stated.writer.freed(stack, blocks, blocks * size_bytes);
    stated.writer.counters(stack).lifetimes[age] = static_cast<uint16_t>(std::min<uint64_t>(blocks, UINT16_MAX));
}

}  // namespace

TEST_CASE("churn counts what was freed with what lives, by the line that allocates") {
    Stated stated;
    freed(stated, stated.insert, 100, 32, 0);
    stated.blocks(5, 32, stated.insert);
    stated.blocks(1, 1000, stated.load);
    const Churn answer = churn(stated.open(), {});
    REQUIRE(answer.sites.rows.size() == 2);
    CHECK(text(answer.sites, 0, "name").find("places.cpp:27") != std::string::npos);
    CHECK(number(answer.sites, 0, "count") == 105);
    CHECK(text(answer.sites, 0, "usual_age") == "below 10 ms (100 %)");
    CHECK(number(answer.totals, 0, "count") == 106);
    CHECK(number(answer.totals, 1, "count") == 100);
    CHECK(answer.advice.rows.empty());
}

TEST_CASE("ages that stopped counting are made whole by what was freed") {
    prof_stack stack = {};
    stack.freed_blocks = 200'000;
    stack.lifetimes[0] = UINT16_MAX;
    stack.lifetimes[3] = 1000;
    const Lifetimes one_full = lifetimes_of(stack);
    CHECK(one_full[0] == 199'000);
    CHECK(one_full[3] == 1000);
    stack.lifetimes[1] = UINT16_MAX;
    const Lifetimes two_full = lifetimes_of(stack);
    CHECK(two_full[0] == two_full[1]);
    CHECK(std::accumulate(two_full.begin(), two_full.end(), int64_t{0}) >= 199'999);
}

TEST_CASE("small blocks that live for a moment are to be pooled, those freed at once to be kept") {
    Stated stated;
    freed(stated, stated.insert, 5000, 48, 1);
    freed(stated, stated.read, 9000, 48, 0);
    stated.writer.counters(stated.read).temporary_blocks = 9000;
    freed(stated, stated.load, 5000, 48, 5);
    const Churn answer = churn(stated.open(), {});
    REQUIRE(answer.advice.rows.size() == 2);
    CHECK(text(answer.advice, 0, "what") == "keep one, or use the stack");
    CHECK(text(answer.advice, 0, "where").find("places.cpp:43") != std::string::npos);
    CHECK(text(answer.advice, 1, "what") == "pool");
    CHECK(number(answer.advice, 1, "spares") == 5000);
}

TEST_CASE("containers and strings that outgrow their storage are known by their functions") {
    CHECK(grown_by("void std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>(int const&)") ==
          "vector<int>");
    CHECK(grown_by("xrealloc") == "realloc");
    CHECK(grown_by("Store::insert(int)").empty());
    CHECK(grown_by("Realm::reallocate()").empty());
}

namespace {

[[gnu::noinline]] void* make_larger(void* array, size_t bytes) {
    void* const larger = std::realloc(array, bytes);
    asm volatile("" : : "r"(larger) : "memory");  // so that it is a call, and no jump
    return larger;
}

// The return address of the first call in a function that goes where `wanted` says; 0: none.
uint64_t call_in(const symbols::Frames& frames, uint64_t function, std::string_view wanted) {
    constexpr uint64_t longest = 128;
    for (uint64_t at = function + 5; at < function + longest; ++at)
        if (callee_before(frames, at) == wanted) return at;
    return 0;
}

}  // namespace

TEST_CASE("the code before a return address says whom the call went to") {
    const auto function = reinterpret_cast<uint64_t>(&make_larger);
    const Heap heap = Stated().open();
    CHECK(call_in(heap.frames(), function, "realloc") != 0);
    CHECK(call_in(heap.frames(), function, "malloc") == 0);
    CHECK(callee_before(heap.frames(), 16) == "");
}

TEST_CASE("an array that realloc makes larger again and again is to be reserved") {
    const Heap empty = Stated().open();
    const uint64_t call = call_in(empty.frames(), reinterpret_cast<uint64_t>(&make_larger), "realloc");
    Stated stated;
    const StackId grows = stated.writer.stack({call, places::load()});
    freed(stated, grows, 40, 100'000, 0);
    stated.blocks(1, 200'000, grows);
    const Churn answer = churn(stated.open(), {});
    REQUIRE(answer.advice.rows.size() == 1);
    CHECK(text(answer.advice, 0, "what") == "reserve");
    CHECK(text(answer.advice, 0, "why").starts_with("an array that realloc makes larger grew 40 times"));
}
