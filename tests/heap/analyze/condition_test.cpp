// SPDX-License-Identifier: MIT
//
// Conditions: the grammar, and what each quantity is.
//
// Side: tests.
#include "analyze/condition.h"

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

Group group(std::string name, int64_t bytes, int64_t blocks) {
    Group result;
    result.key = name;
    result.place.function = std::move(name);
    result.total = {.bytes = bytes, .blocks = blocks};
    return result;
}

// Sessions grow from 2 blocks of 200 bytes to 5 of 1000; a Cache of 4096 bytes goes; a Log of 10 comes.
bool holds(const std::string& text) {
    const std::vector<Group> older = {group("http::Session", 200, 2), group("Cache", 4096, 1)};
    const std::vector<Group> newer = {group("http::Session", 1000, 5), group("Log", 10, 1)};
    const auto condition = parse_condition(text);
    INFO(text);
    REQUIRE(condition);
    return judge(*condition, pairs_of(older, newer)).holds;
}

std::string refusal(const std::string& text) {
    const auto condition = parse_condition(text);
    REQUIRE_FALSE(condition);
    return condition.error().what;
}

}  // namespace

TEST_CASE("count and bytes speak of the newer snapshot") {
    CHECK(holds("count(Session) == 5"));
    CHECK(holds("bytes(http::Session) >= 1000"));
    CHECK(holds("count(Cache) == 0"));
    CHECK(holds("total_count == 6"));
    CHECK(holds("total_bytes == 1010"));
}

TEST_CASE("growth is the newer less the older, in blocks or in bytes") {
    CHECK(holds("growth(Session) > 2"));
    CHECK_FALSE(holds("growth(Session) > 3"));
    CHECK(holds("growth_bytes(Session) == 800"));
    CHECK(holds("growth(Cache) == -1"));
    CHECK(holds("growth(Log) != 0"));
    CHECK(holds("total_growth < 0"));
    CHECK(holds("total_growth_count <= 3"));
}

TEST_CASE("a pattern adds up all types that match") { CHECK(holds("count(*) == 6")); }

TEST_CASE("numbers may have a unit, and spaces do not matter") {
    CHECK_FALSE(holds("total_bytes>1KiB"));
    CHECK(holds("  total_bytes  >  1 kB  "));
    CHECK(holds("total_bytes < 0.5MiB"));
}

TEST_CASE("a type may have parentheses of its own") {
    const auto condition = parse_condition("growth(std::function<void(int)>) > 0");
    REQUIRE(condition);
    CHECK(condition->pattern == "std::function<void(int)>");
}

TEST_CASE("an error points at what is wrong") {
    CHECK_THAT(refusal("growth(Session) >> 0"), Catch::Contains("\n  growth(Session) >> 0\n                   ^"));
    CHECK_THAT(refusal("grows(Session) > 0"), Catch::Contains("\n  ^"));
    CHECK_THAT(refusal("growth(Session > 0"), Catch::Contains("')'"));
    CHECK_THAT(refusal("growth() > 0"), Catch::Contains("name of a type"));
    CHECK_THAT(refusal("total_growth > 10 parsecs"), Catch::Contains("unit"));
    CHECK_THAT(refusal("total_growth > 10MiB and more"), Catch::Contains("follow"));
    CHECK_THAT(refusal(""), Catch::Contains("expected"));
    CHECK_THAT(refusal("total_growth"), Catch::Contains("> >="));
}

TEST_CASE("a condition about a type that is nowhere says that nothing matched") {
    const auto condition = parse_condition("growth(Sesion) > 0");
    REQUIRE(condition);
    const Verdict verdict = judge(*condition, {});
    CHECK_FALSE(verdict.holds);
    CHECK(verdict.types_matched == 0);
}
