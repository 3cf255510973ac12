// SPDX-License-Identifier: MIT
//
// Domains: groups and filters by the part of the program that was at work; and that a tag parts no site in two.
//
// Side: tests.
#include "analyze/domains.h"

#include "analyze/evidence.h"
#include "analyze/flame.h"
#include "analyze/growth.h"
#include "analyze/statistics.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

// One block of 1 byte outside of all domains, of 10 in "server", of 100 in "server/request", of 1000 in "batch", all
// from the same line.
struct InDomains : Stated {
    uint32_t server = writer.domain("server"), request = writer.domain("request", server),
             batch = writer.domain("batch");
    explicit InDomains(size_t requests = 1) {
        blocks(1, 1, load);
        blocks(1, 10, writer.tagged(load, {.domain = server}));
        blocks(requests, 100, writer.tagged(load, {.domain = request}));
        blocks(1, 1000, writer.tagged(load, {.domain = batch}));
    }
};

int64_t bytes_kept(const Filter& filter) {
    const auto table = statistics(InDomains().open(), {.by = GroupBy::module}, filter, {.limit = 0});
    REQUIRE(table);
    return table->rows.empty() ? 0 : number(*table, 0, "size");
}
int64_t bytes_in(const std::vector<std::string>& domains) {
    Filter filter;
    filter.domains = domains;
    return bytes_kept(filter);
}

}  // namespace

TEST_CASE("blocks are grouped by the innermost domain, named by its path") {
    const auto table = statistics(InDomains().open(), {.by = GroupBy::domain}, {}, {.limit = 0});
    REQUIRE(table);
    CHECK(names(*table) == "batch server/request server -");
    CHECK(number(*table, 1, "size") == 100);
    CHECK(table->key == "by_domain");
}

TEST_CASE("freed blocks count for their domain, too") {
    InDomains heap;
    heap.writer.freed(heap.writer.tagged(heap.load, {.domain = heap.batch}), 3, 500);
    const auto table = statistics(heap.open(), {.by = GroupBy::domain, .metric = Metric::allocated}, {}, {.limit = 0});
    REQUIRE(table);
    CHECK(text(*table, 0, "name") == "batch");
    CHECK(number(*table, 0, "size") == 1500);
}

TEST_CASE("a domain is asked for with all that is nested in it") {
    CHECK(bytes_in({}) == 1111);
    CHECK(bytes_in({"server"}) == 110);
    CHECK(bytes_in({"request"}) == 100);
    CHECK(bytes_in({"server/request"}) == 100);
    CHECK(bytes_in({"s*", "batch"}) == 1110);
    CHECK(bytes_in({"-"}) == 1);
    CHECK(bytes_in({"none", "request"}) == 101);
    CHECK(bytes_in({"nowhere"}) == 0);
}

TEST_CASE("a domain is a pattern as others are, to include and to exclude") {
    const auto pattern = [](const char* text) { return std::vector<Pattern>{*parse_pattern(text)}; };
    CHECK(bytes_kept({.include = pattern("domain=server"), .exclude = {}}) == 110);
    CHECK(bytes_kept({.include = {}, .exclude = pattern("domain=server")}) == 1001);
    CHECK(bytes_kept({.include = {}, .exclude = pattern("domain=-")}) == 1110);
    CHECK(bytes_kept({.include = pattern("nowhere.cpp"), .exclude = {}, .domains = {"server"}}) == 0);
    CHECK(bytes_kept({.include = pattern("places.cpp"), .exclude = {}, .domains = {"server"}}) == 110);
    CHECK(bytes_kept({.include = {}, .exclude = pattern("domain=request"), .domains = {"server"}}) == 10);
}

TEST_CASE("a tag parts no line, no call stack and no frame of a flame graph in two") {
    const Heap heap = InDomains().open();
    for (const GroupBy by : {GroupBy::lineno, GroupBy::function, GroupBy::traceback}) {
        const auto table = statistics(heap, {.by = by}, {}, {.limit = 0});
        REQUIRE(table);
        REQUIRE(table->rows.size() == 1);
        CHECK(number(*table, 0, "size") == 1111);
    }
    const auto tree = flame_tree({.heap = &heap, .filter = {}});
    REQUIRE(tree);
    CHECK(tree->total.size() == 2);  // everything, and the function
    CHECK(tree->total[1] == 1111);
}

TEST_CASE("a domain that grew is told by its name") {
    InDomains older(1), newer(5);
    const Heap first = older.open(), second = newer.open();
    const Heap* const heaps[] = {&first, &second};
    const auto table = growth(heaps, {.filter = {}, .by = GrowthOptions::By::domain});
    REQUIRE(table);
    CHECK(names(*table) == "server/request");
    CHECK(number(*table, 0, "count_diff") == 4);
}

TEST_CASE("two heaps are compared by domain, whatever numbers their domains have") {
    Stated older;
    const uint32_t one = older.writer.domain("one");
    const uint32_t two = older.writer.domain("two");
    older.blocks(1, 100, older.writer.tagged(older.load, {.domain = two}));
    older.blocks(1, 100, older.writer.tagged(older.load, {.domain = one}));
    Stated newer;
    const uint32_t also_two = newer.writer.domain("two");
    newer.blocks(3, 100, newer.writer.tagged(newer.load, {.domain = also_two}));
    const Heap first = older.open(), second = newer.open();
    const auto table = compare(
        {.older = &first, .newer = &second, .grouping = {.by = GroupBy::domain}, .filter = {}, .rows = {.limit = 0}});
    REQUIRE(table);
    CHECK(names(*table) == "two one");
    CHECK(number(*table, 0, "size_diff") == 200);
    CHECK(number(*table, 1, "size_diff") == -100);
}

TEST_CASE("by domain nothing is cumulative, and of a process that died suddenly there is none") {
    const auto cumulative =
        statistics(InDomains().open(), {.by = GroupBy::domain, .cumulative = true}, {}, {.limit = 0});
    REQUIRE_FALSE(cumulative);
    InDomains dead;
    dead.writer.process.reason = PROF_REASON_SUDDEN;
    const Heap heap = dead.open();
    const auto sudden = statistics(heap, {.by = GroupBy::domain}, {}, {.limit = 0});
    REQUIRE_FALSE(sudden);
    CHECK(sudden.error().what == "domains are not known of a process that died suddenly");
    Filter filter;
    filter.exclude = {*parse_pattern("domain=server")};
    CHECK_FALSE(flame_tree({.heap = &heap, .filter = filter}));
    CHECK_FALSE(statistics(heap, {}, filter, {.limit = 0}));
    CHECK(statistics(heap, {}, {}, {.limit = 0}));
}

TEST_CASE("a declaration that cannot be so is told in a sentence") {
    Stated heap;
    const uint32_t session = heap.writer.declare({.name = "Session", .size_bytes = 48});
    heap.blocks(2, 48, heap.writer.tagged(heap.load, {.type = session}));
    heap.blocks(3, 50, heap.writer.tagged(heap.load, {.type = session}));
    const auto notes = doubted_declarations(heap.open());
    REQUIRE(notes.size() == 1);
    CHECK(notes[0] == "Session was declared for 3 blocks that are no multiple of its 48 B: not believed of those.");
    CHECK(doubted_declarations(InDomains().open()).empty());
}
