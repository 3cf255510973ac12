// SPDX-License-Identifier: MIT
//
// Leak tests of the service by Catch2: the leaky ones fail, the fixed ones pass.
//
// Side: tests.
#include <prof/testing/catch2.hpp>

#include "service.h"

using namespace service;

static int number = 0;

TEST_CASE("leaky sessions") {
    static Registry registry(false);
    CHECK_NO_GROWTH("Session", 10) { registry.serve(++number); }
}

TEST_CASE("fixed sessions") {
    static Registry registry(true);
    EXPECT_NO_GROWTH("Session", 10) { registry.serve(++number); }
}

TEST_CASE("leaky owner") {
    static DocumentCache cache(1000);
    CHECK_NO_GROWTH("DocumentCache::docs_", 10) { cache.load(++number); }
}

TEST_CASE("fixed owner") {
    static DocumentCache cache(3);
    REQUIRE_NO_GROWTH("DocumentCache::docs_", 10, 4) { cache.load(++number); }
}

TEST_CASE("leaky cycle") {
    CHECK_NO_LEAKS { talk(false); }
}

TEST_CASE("fixed cycle") {
    REQUIRE_NO_LEAKS { talk(true); }
}

TEST_CASE("leaky block") {
    CHECK_NO_LEAKS_IN(2) {
        auto* const session = new Session;
        session->user = "lost";
    }
}

TEST_CASE("leaky bytes") {
    CHECK_MAX_BYTES(4096) { CHECK(report(10000).size() == 10000); }
}

TEST_CASE("fixed bytes") {
    REQUIRE_MAX_BYTES(16384) { CHECK(report(10000).size() == 10000); }
}

TEST_CASE("leaky fatal") {
    static Registry registry(false);
    REQUIRE_NO_GROWTH("Session", 2) { registry.serve(++number); }
    FAIL("went on behind a failed REQUIRE");
}
