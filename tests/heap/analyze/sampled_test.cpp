// SPDX-License-Identifier: MIT
//
// Snapshots whose blocks are a sample: what is estimated, how exactly, and what is refused.
#include <cmath>

#include "analyze/flame.h"
#include "analyze/heading.h"
#include "analyze/statistics.h"
#include "export/pprof.h"
#include "heaps.h"
#include "read/sample.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

constexpr uint64_t rate = 1000;

double weight_of(double size) { return 1 / (1 - std::exp(-size / double{rate})); }

// Three blocks of 100 bytes, of which each counts for ten or eleven, and one so large that it is in every sample.
Stated a_sample() {
    Stated heap;
    heap.writer.process.sample_bytes = rate;
    for (const uint32_t weight : {10U, 11U, 11U})
        heap.writer.block({.size_bytes = 100, .stack = heap.insert, .weight = weight});
    heap.writer.block({.size_bytes = 1 << 20, .stack = heap.read, .weight = 1});
    return heap;
}

const int64_t small_bytes = 3 * std::llround(weight_of(100) * 100);

}  // namespace

TEST_CASE("a table of a sample shows what its blocks stand for") {
    const Heap heap = a_sample().open();
    const auto table = analyze::statistics(heap, {.by = analyze::GroupBy::lineno}, {}, {});
    REQUIRE(table);
    REQUIRE(table->rows.size() == 2);
    CHECK(std::get<int64_t>(cell(*table, 0, "size")) == 1 << 20);
    CHECK(std::get<int64_t>(cell(*table, 0, "count")) == 1);
    CHECK(std::get<int64_t>(cell(*table, 1, "size")) == small_bytes);
    CHECK(std::get<int64_t>(cell(*table, 1, "count")) == 32);
}

TEST_CASE("a count by type, and a flame graph by types, stand for all blocks too") {
    const Heap heap = a_sample().open();
    const auto types = analyze::common_types(heap, {});
    REQUIRE(types);
    int64_t count = 0, size = 0;
    for (size_t row = 0; row < types->rows.size(); ++row) {
        count += std::get<int64_t>(cell(*types, row, "count"));
        size += std::get<int64_t>(cell(*types, row, "size"));
    }
    CHECK(count == 33);
    CHECK(size == (1 << 20) + small_bytes);
    const auto tree =
        analyze::flame_tree({.heap = &heap, .older = nullptr, .metric = analyze::Metric::live, .filter = {}});
    REQUIRE(tree);
    CHECK(tree->total[0] == (1 << 20) + small_bytes);
}

TEST_CASE("the margin of a sum is that of Horvitz and Thompson's estimate") {
    const Heap heap = a_sample().open();
    const read::Margin margin = read::margin_of(heap.blocks());
    const double small = weight_of(100), variance = 3 * small * (small - 1);
    CHECK(margin.bytes == Approx(1.96 * std::sqrt(variance) * 100).epsilon(1e-9));
    CHECK(margin.blocks == Approx(1.96 * std::sqrt(variance)).epsilon(1e-9));
    const Heap whole = Stated().open();
    CHECK(read::margin_of(whole.blocks()).bytes == 0);
}

TEST_CASE("a heading says that figures are estimates, from what, and how exact") {
    const Heap heap = a_sample().open();
    const std::vector<Subject> subjects = {analyze::subject_of(heap)};
    const std::vector<std::string> lines = analyze::heading_of(subjects);
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].find(" ± ") != std::string::npos);
    CHECK(lines[2] ==
          "estimated from a sample of 1 in 1000 B: 4 blocks; ± holds 95 of 100 times, but of so few blocks "
          "less often");
    const Heap whole = Stated().open();
    CHECK(analyze::heading_of(std::vector<Subject>{analyze::subject_of(whole)}).size() == 2);
}

TEST_CASE("a sample and a whole snapshot can be compared, and it is said which is which") {
    Stated whole;
    whole.blocks(10, 100, whole.insert);
    const Heap older = whole.open(), newer = a_sample().open();
    const auto table = analyze::compare({.older = &older, .newer = &newer, .grouping = {}, .filter = {}, .rows = {}});
    REQUIRE(table);
    const std::vector<Subject> subjects = {analyze::subject_of(older), analyze::subject_of(newer)};
    const std::vector<std::string> lines = analyze::heading_of(subjects);
    REQUIRE(lines.size() == 4);
    CHECK(lines[3].find("estimated from every block, ") != std::string::npos);
    CHECK(lines[3].find("from a sample of 1 in 1000 B") != std::string::npos);
}

TEST_CASE("what needs every block is refused, with what to do instead") {
    const Heap heap = a_sample().open();
    const auto refused = heap.references();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("is a sample") != std::string::npos);
    CHECK(refused.error().hint.find("--sample") != std::string::npos);
    CHECK_FALSE(read::needs_every_block(Stated().open().snapshot()));
}

TEST_CASE("weights that are damaged are named") {
    Stated nothing = a_sample();
    nothing.writer.block({.size_bytes = 8, .stack = nothing.load, .weight = 0});
    CHECK_THROWS_WITH(nothing.open(), Catch::Contains("counts for nothing"));
}

TEST_CASE("a profile for pprof is a gzip, of a sample too") {
    const auto profile = exports::pprof_of(a_sample().open(), {});
    REQUIRE(profile);
    REQUIRE(profile->file.size() > 20);
    CHECK(profile->file.substr(0, 2) == "\x1f\x8b");
    CHECK(profile->samples > 0);
    CHECK(profile->locations >= 3);
}
