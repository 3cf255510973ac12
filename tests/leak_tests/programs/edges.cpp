// SPDX-License-Identifier: MIT
//
// Leak tests as nobody should write them, and as somebody will.
//
// Side: tests.
#include <prof/testing/gtest.hpp>

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>

#include "service.h"

using namespace service;

namespace {

struct NeverMade {
    int number = 0;
};
NeverMade* never_made = nullptr;

struct Server {
    DocumentCache cache{1000};
};
Server server;
const auto server_on_the_heap = std::make_unique<Server>();
std::vector<int> numbers;
thread_local std::vector<int> numbers_of_thread;

void lose_one() {
    auto* const session = new Session;
    session->user = "lost";
}

}  // namespace

TEST(Edges, AnExceptionGoesThrough) {
    EXPECT_THROW({ EXPECT_NO_LEAKS { throw std::runtime_error("of the body");
}
}, std::runtime_error);
}

TEST(Edges, ABlockThatIsLeftFails) {
    EXPECT_NO_LEAKS { break; }
}

TEST(Edges, NoIterationsFail) {
    EXPECT_NO_GROWTH("Session", 0) { ADD_FAILURE() << "it ran"; }
}

TEST(Edges, FewerThanNoWarmUpRunsFail) {
    EXPECT_NO_GROWTH("Session", 1, -1) { ADD_FAILURE() << "it ran"; }
}

TEST(Edges, AnUnknownNameFails) {
    EXPECT_NO_GROWTH("Sesion", 2) { talk(true); }
}

TEST(Edges, AClassWithoutObjectsIsKnown) {
    EXPECT_NO_GROWTH("NeverMade", 2) { EXPECT_EQ(never_made, nullptr); }
}

TEST(Edges, OneIterationIsEnough) {
    static Registry registry(false);
    EXPECT_NO_GROWTH("service::Session", 1, 0) { registry.serve(1); }
}

TEST(Edges, OneBesideTheOtherAndWithinAnother) {
    EXPECT_NO_GROWTH("Session", 3) {
        EXPECT_NO_LEAKS { talk(true); }
        EXPECT_MAX_BYTES(size_t{100} * 1024) { talk(true); }
    }
}

TEST(Edges, AnInnerPeakIsTheOuterOnesToo) {
    EXPECT_MAX_BYTES(12000) {
        const std::string outer = report(5000);
        EXPECT_MAX_BYTES(12000) { EXPECT_NE(report(10000), outer); }
    }
}

TEST(Edges, ANegativeLimitFails) {
    EXPECT_MAX_BYTES(-1) { talk(true); }
}

TEST(Edges, AFatalFailureInTheBlockIsSaidOnce) {
    EXPECT_NO_LEAKS { ASSERT_TRUE(false) << "of the body"; }
}

TEST(Edges, ThreadsTakeTurns) {
    std::array<prof::testing::Verdict, 4> verdicts;
    std::array<std::thread, 4> threads;
    for (size_t index = 0; index < threads.size(); ++index) {
        threads[index] =
            std::thread([&verdict = verdicts[index]] { verdict = prof::testing::no_leaks([] { talk(true); }, 5); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& verdict : verdicts) EXPECT_TRUE(verdict) << verdict;
}

TEST(Edges, FunctionsFindASingleLostBlock) {
    EXPECT_TRUE(prof::testing::no_leaks([] { talk(true); }));
    const auto lost = prof::testing::no_leaks(lose_one);
    EXPECT_FALSE(lost);
    EXPECT_NE(lost.message.find("no leaks: 1 new block"), std::string::npos) << lost;
    static Registry registry(false);
    EXPECT_FALSE(prof::testing::no_growth("Session", 4, [] { registry.serve(1); }));
    EXPECT_TRUE(prof::testing::max_bytes(20000, [] { report(10000); }));
    EXPECT_FALSE(prof::testing::max_bytes(2000, [] { report(10000); }));
}

TEST(Edges, TheFolderMayChangeMeanwhile) {
    static Registry registry(false);
    EXPECT_NO_GROWTH("Session", 1, 0) {
        registry.serve(1);
        ASSERT_EQ(chdir("/"), 0);
    }
}

// A container is called by its variable, and by each member on the way down to it.
TEST(Edges, AContainerAnswersToEachOfItsNames) {
    static std::vector<int> numbers_of_function;
    std::vector<int> numbers_on_stack;
    int next = 0;
    const auto work = [&] {
        server.cache.load(++next);
        server_on_the_heap->cache.load(next);
        for (auto* each : {&numbers, &numbers_of_thread, &numbers_of_function, &numbers_on_stack}) each->push_back(1);
    };
    for (const char* const name :
         {"DocumentCache::docs_", "service::DocumentCache::docs_", "docs_", "Server::cache", "server", "numbers",
          "numbers_of_thread", "numbers_of_function", "numbers_on_stack"}) {
        const auto grown = prof::testing::no_growth(name, 4, work);
        EXPECT_NE(grown.message.find(", at every step"), std::string::npos) << name << ": " << grown;
        EXPECT_TRUE(prof::testing::no_growth(name, 4, [] { talk(true); })) << name;
    }
    // It refers to another object, and has no elements itself.
    const auto pointer = prof::testing::no_growth("server_on_the_heap", 4, work);
    EXPECT_NE(pointer.message.find("no type is called server_on_the_heap, nor any container"), std::string::npos);
}

// Elements that lie side by side have no block each.
TEST(Edges, ElementsOfAVectorCount) {
    static std::vector<Session> sessions;
    EXPECT_NO_GROWTH("Session", 10) { sessions.emplace_back(); }
}

TEST(Edges, ElementsOfAnArrayCount) {
    static std::vector<std::unique_ptr<Session[]>> arrays;
    EXPECT_NO_GROWTH("Session", 10) { arrays.push_back(std::make_unique<Session[]>(3)); }
}
