// SPDX-License-Identifier: MIT
//
// Filters keep what tracemalloc's Filter keeps.
//
// Side: tests.
#include "analyze/filter.h"

#include "analyze/statistics.h"
#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

std::vector<Pattern> patterns(const std::vector<std::string>& texts) {
    std::vector<Pattern> result;
    for (const std::string& text : texts) {
        auto pattern = parse_pattern(text);
        REQUIRE(pattern);
        result.push_back(*pattern);
    }
    return result;
}

// The lines that are left of a heap with a block in load (32), in insert (27) and in read (43).
std::string kept(const std::vector<std::string>& include, const std::vector<std::string>& exclude,
                 bool all_frames = false) {
    Stated heap;
    heap.blocks(1, 300, heap.load);
    heap.blocks(1, 200, heap.insert);
    heap.blocks(1, 100, heap.read);
    const Filter filter{.include = patterns(include), .exclude = patterns(exclude), .all_frames = all_frames};
    auto table = statistics(heap.open(), {}, filter, {.limit = 0});
    REQUIRE(table);
    std::string lines;
    for (size_t row = 0; row < table->rows.size(); ++row) {
        lines += (row > 0 ? " " : "") + std::to_string(number(*table, row, "line"));
    }
    return lines;
}

}  // namespace

TEST_CASE("without patterns everything is kept") { CHECK(kept({}, {}) == "32 27 43"); }

TEST_CASE("any inclusive pattern may match, and no exclusive one") {
    CHECK(kept({"places.cpp:32", "places.cpp:43"}, {}) == "32 43");
    CHECK(kept({}, {"places.cpp:32", "places.cpp:43"}) == "27");
    CHECK(kept({"places.cpp"}, {"places.cpp:27"}) == "32 43");
    CHECK(kept({"nowhere.cpp"}, {}).empty());
}

TEST_CASE("a pattern looks at the site alone, or at all frames when asked") {
    CHECK(kept({"places.cpp:32"}, {}) == "32");
    CHECK(kept({"places.cpp:32"}, {}, true) == "32 27");
    CHECK(kept({}, {"places.cpp:32"}, true) == "43");
}

TEST_CASE("an asterisk matches slashes, and a pattern without one matches the last part of a path") {
    CHECK(kept({"*places.c*"}, {}) == "32 27 43");
    CHECK(kept({"*/support/*"}, {}) == "32 27 43");
    CHECK(kept({"support/places.cpp"}, {}).empty());
    CHECK(matches_file("place[a-z].cpp", "/a/places.cpp"));
    CHECK(matches_file("place[!0-9].cpp", "/a/places.cpp"));
    CHECK_FALSE(matches_file("place?.cpp", "/a/place.cpp"));
}

TEST_CASE("functions, modules and types can be meant") {
    CHECK(kept({"function=cache::*"}, {}) == "32 27");
    CHECK(kept({"function=insert"}, {}) == "27");
    CHECK(kept({}, {"function=http::Session::read"}) == "32 27");
    CHECK(kept({"module=nothing.so"}, {}).empty());
    CHECK(kept({"type=*Session*"}, {}) == "43");
    CHECK(kept({}, {"type=*Session*"}) == "32 27");
    CHECK(kept({"type=*Session*", "places.cpp:32"}, {}) == "32 43");
}

TEST_CASE("a name without :: is meant in any namespace, with or without its arguments") {
    CHECK(matches_name("Session", "http::Session"));
    CHECK(matches_name("Session", "http::Session<int, std::less<int> >"));
    CHECK(matches_name("read", "http::Session::read(std::vector<a::b>)"));
    CHECK(matches_name("http::Session", "http::Session"));
    CHECK_FALSE(matches_name("http::Session", "ftp::http::Session"));
    CHECK_FALSE(matches_name("Session", "http::Sessions"));
    CHECK_FALSE(matches_name("less", "http::Session<std::less>"));
}

TEST_CASE("a colon that no number follows belongs to the pattern") {
    const auto pattern = parse_pattern("a:b.cpp");
    REQUIRE(pattern);
    CHECK(pattern->text == "a:b.cpp");
    CHECK_FALSE(pattern->line);
    CHECK_FALSE(parse_pattern(""));
    CHECK_FALSE(parse_pattern("type="));
}
