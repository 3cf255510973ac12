// SPDX-License-Identifier: MIT
//
// Growth by site, without the warm-up, and how fast the whole heap grows.
//
// Side: tests.
#include <array>

#include "analyze/growth.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

struct Counts {
    size_t loaded, inserted;
};

// Ten seconds apart.
Heap at_step(uint64_t step, const Counts& counts) {
    Stated stated;
    stated.blocks(counts.loaded, 1000, stated.load);
    stated.blocks(counts.inserted, 1000, stated.insert);
    stated.writer.process.elapsed_ns = step * 10'000'000'000;
    return stated.open();
}

struct Run {
    std::array<Heap, 4> heaps;
    std::array<const Heap*, 4> pointers = {&heaps[0], &heaps[1], &heaps[2], &heaps[3]};
};

// What is loaded grows once, what is inserted by a thousand bytes a second.
Run warming_up() { return {{at_step(0, {1, 1}), at_step(1, {50, 11}), at_step(2, {50, 21}), at_step(3, {50, 31})}}; }

}  // namespace

TEST_CASE("growth by site names the lines that allocate") {
    const Run run = warming_up();
    const auto table = growth(run.pointers, {.filter = {}, .by = GrowthOptions::By::site});
    REQUIRE(table);
    CHECK(table->title == "By line");
    CHECK(names(*table) == "places.cpp:27");
    CHECK(number(*table, 0, "count_diff") == 10);
    CHECK(std::get<double>(cell(*table, 0, "per_second")) == Approx(1000));
    CHECK(text(*table, 0, "course") == "grew at every step");
}

TEST_CASE("a course leaves the first interval out when it is warm-up") {
    const Run run = {{at_step(0, {1, 1}), at_step(1, {50, 1}), at_step(2, {40, 1}), at_step(3, {51, 1})}};
    GrowthOptions options{.filter = {}, .by = GrowthOptions::By::site};
    CHECK(text(*growth(run.pointers, options), 0, "course") == "noisy: up 2, down 1");
    options.warm_up = 1;
    const auto after = growth(run.pointers, options);
    REQUIRE(after->rows.size() == 1);
    CHECK(text(*after, 0, "course") == "noisy: up 1, down 1");
}

TEST_CASE("the rate of the heap says when memory would be full") {
    const Run run = warming_up();
    const Table table = heap_rate(run.pointers, 1, 1'081'000);
    CHECK(std::get<int64_t>(table.rows[0][2]) == 20'000);
    CHECK(text(table, 1, "is") == "grew at every step");
    CHECK(std::get<double>(table.rows[2][2]) == Approx(1000));
    CHECK(std::get<double>(table.rows[3][2]) == Approx(1000));
    CHECK(text(table, 3, "is").starts_with("in 16 min"));
    CHECK(heap_rate(run.pointers, 0, 0).rows.size() == 3);
}
