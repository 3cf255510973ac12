// SPDX-License-Identifier: MIT
//
// Growth of one subject: names that are known and not, and what is said of it. Types and owners of real objects are in
// tests/leak_tests.
//
// Side: tests.
#include "analyze/subject_growth.h"

#include <array>

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

Heap heap_of_run(uint64_t run) {
    Stated stated;
    stated.blocks(3, 100, stated.load);
    stated.writer.process.run_id = run;
    return stated.open();
}

}  // namespace

TEST_CASE("a class without an object does not grow, and a name that is no class's is not known") {
    const Heap older = heap_of_run(7), newer = heap_of_run(7);
    const std::array<const Heap*, 2> heaps = {&older, &newer};
    const auto of_class = subject_growth(heaps, "SubjectOfThisTest");
    REQUIRE(of_class);
    CHECK_FALSE(of_class->is_known);
    const auto names = subject_names(newer, false);
    REQUIRE_FALSE(names.empty());
    const auto known = subject_growth(heaps, "Session");
    REQUIRE(known);
    CHECK(known->is_known);
    CHECK(known->gain() == 0);
    CHECK(known->born.empty());
}

TEST_CASE("growth of a subject is not asked across runs") {
    const Heap older = heap_of_run(7), newer = heap_of_run(8);
    const std::array<const Heap*, 2> heaps = {&older, &newer};
    const auto growth = subject_growth(heaps, "Session");
    REQUIRE_FALSE(growth);
    CHECK(growth.error().what == "the snapshots are not of one run");
}

TEST_CASE("what grew at every step is told from what grew once") {
    const auto text = [](Trend counts) {
        SubjectGrowth growth;
        growth.counts = std::move(counts);
        return growth.text();
    };
    CHECK(text({1, 6, 11}) == "1 → 6 → 11, at every step (2 of 2)");
    CHECK(text({1, 6, 6}) == "1 → 6 → 6, at 1 of 2 steps");
    CHECK(text({0, 1}) == "0 → 1");
    CHECK(text({1200, 1300, 1200}) == "1,200 → 1,300 → 1,200");
    CHECK(text({5, 0, 4}) == "5 → 0 → 4");
}

TEST_CASE("nothing is shown of nothing new") {
    const Heap heap = heap_of_run(7);
    const auto none = new_ones(heap, {});
    REQUIRE(none);
    CHECK(none->allocated.empty());
    CHECK(none->nets.empty());
}

TEST_CASE("of new blocks that nothing holds one is shown, and who allocated most") {
    Stated stated;
    const auto loaded = stated.writer.blocks(2, {.size_bytes = 64, .stack = stated.load});
    const auto read = stated.writer.block({.size_bytes = 64, .stack = stated.read});
    const Heap heap = stated.open();
    const auto found = new_ones(heap, std::array{loaded[0], loaded[1], read});
    REQUIRE(found);
    CHECK(found->allocated == "cache::load places.cpp:32 (2 of 3)");
    REQUIRE(found->nets.size() == 1);
    CHECK_FALSE(found->nets[0].is_chain);
    CHECK(found->nets[0].nodes[0].role == NetNode::Role::subject);
}
