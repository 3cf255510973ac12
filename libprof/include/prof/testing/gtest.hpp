/* SPDX-License-Identifier: MIT
 *
 * Leak tests for GoogleTest, 1.10 or newer.
 *
 *     TEST(Cache, Evicts) {
 *         Server server;
 *         EXPECT_NO_GROWTH("Session", 10) { server.handle(request); }          // a type
 *         EXPECT_NO_GROWTH("DocumentCache::docs_", 100) { server.load(url()); } // the owner of a container
 *         EXPECT_NO_LEAKS { server.reload(); }
 *         EXPECT_MAX_BYTES(64 * 1024) { server.handle(large_request); }
 *     }
 *
 * Run it under the recorder: heapkit run --no-exit-snapshot -- ./test. Without, each block runs once, and the test is
 * skipped (GTEST_SKIP) unless it fails; with PROF_REQUIRED=1 it fails. docs/leak-tests.md says more.
 *
 * The ASSERT forms return from the test's function, as ASSERT_TRUE does. A block runs several times: once for warm-up
 * and `iterations` times (no growth), three times (no leaks), once (most bytes). Another number of warm-up runs is the
 * last argument.
 *
 * Side:    bridge, in the program under test. C++17.
 * Threads: as GoogleTest's assertions, and all threads of the process count. */
#ifndef PROF_TESTING_GTEST_HPP
#define PROF_TESTING_GTEST_HPP

#include <gtest/gtest.h>

#include <string>

#include "leak_test.hpp"
#include "loop.hpp"

namespace prof::testing {

struct GoogleTest {
    static std::string name_of_test() {
        const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
        return test == nullptr ? std::string() : std::string(test->test_suite_name()) + "." + test->name();
    }
    static bool has_ended() noexcept { return ::testing::Test::HasFatalFailure() || ::testing::Test::IsSkipped(); }
    static void report(const Where& where, const Verdict& verdict, bool is_fatal) {
        using Part = ::testing::TestPartResult;
        if (verdict) return;
        const bool is_skip = verdict.outcome == Verdict::Outcome::unchecked;
        const Part::Type type = is_skip ? Part::kSkip : is_fatal ? Part::kFatalFailure : Part::kNonFatalFailure;
        GTEST_MESSAGE_AT_(where.file, where.line, "", type) << where.check << ": " << verdict.message;
    }
    static void stop() {}  // gives return something to return
};

}  // namespace prof::testing

#define PROF_GTEST_WHERE(check) \
    ::prof::testing::Where { check, __FILE__, __LINE__, ::prof::testing::GoogleTest::name_of_test() }
#define PROF_GTEST_EXPECT(Check, ...)                                                                               \
    for (::prof::testing::Loop<::prof::testing::GoogleTest, ::prof::testing::Check> PROF_TESTING_LOOP(__VA_ARGS__); \
         PROF_TESTING_LOOP.next();)
/* An expression of GNU's, that may return: an if with its else would take that of an if around the macro. */
#define PROF_GTEST_ASSERT(Check, ...)                                                                        \
    for (::prof::testing::Loop<::prof::testing::GoogleTest, ::prof::testing::Check, true> PROF_TESTING_LOOP( \
             __VA_ARGS__);                                                                                   \
         __extension__({                                                                                     \
             const bool prof_testing_goes_on = PROF_TESTING_LOOP.next();                                     \
             if (PROF_TESTING_LOOP.has_failed()) return ::prof::testing::GoogleTest::stop();                 \
             prof_testing_goes_on;                                                                           \
         });)

/* (type or owner, iterations[, warm-up runs]): no more of it afterwards. */
#define EXPECT_NO_GROWTH(...) PROF_GTEST_EXPECT(NoGrowth, PROF_GTEST_WHERE("EXPECT_NO_GROWTH"), __VA_ARGS__)
#define ASSERT_NO_GROWTH(...) PROF_GTEST_ASSERT(NoGrowth, PROF_GTEST_WHERE("ASSERT_NO_GROWTH"), __VA_ARGS__)
/* Nothing that it allocated is lost. _IN: (iterations[, warm-up runs]). */
#define EXPECT_NO_LEAKS PROF_GTEST_EXPECT(NoLeaks, PROF_GTEST_WHERE("EXPECT_NO_LEAKS"))
#define ASSERT_NO_LEAKS PROF_GTEST_ASSERT(NoLeaks, PROF_GTEST_WHERE("ASSERT_NO_LEAKS"))
#define EXPECT_NO_LEAKS_IN(...) PROF_GTEST_EXPECT(NoLeaks, PROF_GTEST_WHERE("EXPECT_NO_LEAKS_IN"), __VA_ARGS__)
#define ASSERT_NO_LEAKS_IN(...) PROF_GTEST_ASSERT(NoLeaks, PROF_GTEST_WHERE("ASSERT_NO_LEAKS_IN"), __VA_ARGS__)
/* (bytes[, warm-up runs]): never more than so many bytes more than at its beginning, in the whole process. */
#define EXPECT_MAX_BYTES(...) PROF_GTEST_EXPECT(MaxBytes, PROF_GTEST_WHERE("EXPECT_MAX_BYTES"), __VA_ARGS__)
#define ASSERT_MAX_BYTES(...) PROF_GTEST_ASSERT(MaxBytes, PROF_GTEST_WHERE("ASSERT_MAX_BYTES"), __VA_ARGS__)

#endif
