// SPDX-License-Identifier: MIT
//
// Leak tests of the service by GoogleTest: the leaky ones fail, the fixed ones pass.
//
// Side: tests.
#include <prof/testing/gtest.hpp>

#include "service.h"

using namespace service;

static int number = 0;

TEST(Leaky, Sessions) {
    static Registry registry(false);
    EXPECT_NO_GROWTH("Session", 10) { registry.serve(++number); }
}

TEST(Fixed, Sessions) {
    static Registry registry(true);
    EXPECT_NO_GROWTH("Session", 10) { registry.serve(++number); }
}

TEST(Leaky, Owner) {
    static DocumentCache cache(1000);
    EXPECT_NO_GROWTH("DocumentCache::docs_", 10) { cache.load(++number); }
}

TEST(Fixed, Owner) {
    static DocumentCache cache(3);
    EXPECT_NO_GROWTH("DocumentCache::docs_", 10, 4) { cache.load(++number); }
}

TEST(Leaky, Cycle) {
    EXPECT_NO_LEAKS { talk(false); }
}

TEST(Fixed, Cycle) {
    EXPECT_NO_LEAKS { talk(true); }
}

// Nothing but the test's own frame ever has the pointer.
TEST(Leaky, Block) {
    EXPECT_NO_LEAKS {
        auto* const session = new Session;
        session->user = "lost";
    }
}

TEST(Leaky, Bytes) {
    EXPECT_MAX_BYTES(4096) { EXPECT_EQ(report(10000).size(), 10000U); }
}

TEST(Fixed, Bytes) {
    EXPECT_MAX_BYTES(16384) { EXPECT_EQ(report(10000).size(), 10000U); }
}

TEST(Leaky, Fatal) {
    static Registry registry(false);
    if (number >= 0) ASSERT_NO_GROWTH("Session", 2) {
            registry.serve(++number);
        }
    ADD_FAILURE() << "went on behind a failed ASSERT";
}
