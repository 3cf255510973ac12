/* SPDX-License-Identifier: MIT
 *
 * Leak tests for Catch2, 2.x or 3.x.
 *
 *     TEST_CASE("a cache evicts") {
 *         Server server;
 *         CHECK_NO_GROWTH("Session", 10) { server.handle(request); }            // a type
 *         CHECK_NO_GROWTH("DocumentCache::docs_", 100) { server.load(url()); }  // the owner of a container
 *         REQUIRE_NO_LEAKS { server.reload(); }
 *         CHECK_MAX_BYTES(64 * 1024) { server.handle(large_request); }
 *     }
 *
 * Run it under the recorder: heapkit run --no-exit-snapshot -- ./test. Without, each block runs once, and a warning
 * (WARN) says that nothing was checked; where Catch2 has SKIP, from 3.3 on, the REQUIRE forms skip the test case. With
 * PROF_REQUIRED=1 it fails. docs/leak-tests.md says more. EXPECT_… is another name for CHECK_….
 *
 * A block runs several times: once for warm-up and `iterations` times (no growth), three times (no leaks), once (most
 * bytes). Another number of warm-up runs is the last argument.
 *
 * Side:    bridge, in the program under test. C++17.
 * Threads: Catch2's assertions are for the test's own thread; in others use the functions of leak_test.hpp. */
#ifndef PROF_TESTING_CATCH2_HPP
#define PROF_TESTING_CATCH2_HPP

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/interfaces/catch_interfaces_capture.hpp>
#elif __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch.hpp>
#endif

#include <string>

#include "leak_test.hpp"
#include "loop.hpp"

namespace prof::testing {

struct Catch2 {
    static std::string name_of_test() { return Catch::getResultCapture().getCurrentTestName(); }
    static bool has_ended() noexcept { return false; }  // it throws
    static void report(const Where& where, const Verdict& verdict, bool is_fatal) {
        using Catch::ResultDisposition;
        Catch::AssertionHandler handler(Catch::StringRef(where.check, std::char_traits<char>::length(where.check)),
                                        Catch::SourceLineInfo(where.file, static_cast<size_t>(where.line)),
                                        Catch::StringRef(),
                                        is_fatal ? ResultDisposition::Normal : ResultDisposition::ContinueOnFailure);
        handler.handleMessage(result_of(verdict, is_fatal), std::string(verdict ? "" : verdict.message));
        handler.complete();
    }

   private:
    static Catch::ResultWas::OfType result_of(const Verdict& verdict, [[maybe_unused]] bool is_fatal) {
        if (verdict) return Catch::ResultWas::Ok;
        if (verdict.outcome == Verdict::Outcome::failed) return Catch::ResultWas::ExplicitFailure;
#if defined(SKIP) || defined(CATCH_SKIP)
        if (is_fatal) return Catch::ResultWas::ExplicitSkip;
#endif
        return Catch::ResultWas::Warning;
    }
};

}  // namespace prof::testing

#define PROF_CATCH2_WHERE(check) \
    ::prof::testing::Where { check, __FILE__, __LINE__, ::prof::testing::Catch2::name_of_test() }
#define PROF_CATCH2_LOOP(Check, is_fatal, ...)                                                               \
    for (::prof::testing::Loop<::prof::testing::Catch2, ::prof::testing::Check, is_fatal> PROF_TESTING_LOOP( \
             __VA_ARGS__);                                                                                   \
         PROF_TESTING_LOOP.next();)

/* (type or owner, iterations[, warm-up runs]): no more of it afterwards. */
#define CHECK_NO_GROWTH(...) PROF_CATCH2_LOOP(NoGrowth, false, PROF_CATCH2_WHERE("CHECK_NO_GROWTH"), __VA_ARGS__)
#define EXPECT_NO_GROWTH(...) PROF_CATCH2_LOOP(NoGrowth, false, PROF_CATCH2_WHERE("EXPECT_NO_GROWTH"), __VA_ARGS__)
#define REQUIRE_NO_GROWTH(...) PROF_CATCH2_LOOP(NoGrowth, true, PROF_CATCH2_WHERE("REQUIRE_NO_GROWTH"), __VA_ARGS__)
/* Nothing that it allocated is lost. _IN: (iterations[, warm-up runs]). */
#define CHECK_NO_LEAKS PROF_CATCH2_LOOP(NoLeaks, false, PROF_CATCH2_WHERE("CHECK_NO_LEAKS"))
#define EXPECT_NO_LEAKS PROF_CATCH2_LOOP(NoLeaks, false, PROF_CATCH2_WHERE("EXPECT_NO_LEAKS"))
#define REQUIRE_NO_LEAKS PROF_CATCH2_LOOP(NoLeaks, true, PROF_CATCH2_WHERE("REQUIRE_NO_LEAKS"))
#define CHECK_NO_LEAKS_IN(...) PROF_CATCH2_LOOP(NoLeaks, false, PROF_CATCH2_WHERE("CHECK_NO_LEAKS_IN"), __VA_ARGS__)
#define EXPECT_NO_LEAKS_IN(...) PROF_CATCH2_LOOP(NoLeaks, false, PROF_CATCH2_WHERE("EXPECT_NO_LEAKS_IN"), __VA_ARGS__)
#define REQUIRE_NO_LEAKS_IN(...) PROF_CATCH2_LOOP(NoLeaks, true, PROF_CATCH2_WHERE("REQUIRE_NO_LEAKS_IN"), __VA_ARGS__)
/* (bytes[, warm-up runs]): never more than so many bytes more than at its beginning, in the whole process. */
#define CHECK_MAX_BYTES(...) PROF_CATCH2_LOOP(MaxBytes, false, PROF_CATCH2_WHERE("CHECK_MAX_BYTES"), __VA_ARGS__)
#define EXPECT_MAX_BYTES(...) PROF_CATCH2_LOOP(MaxBytes, false, PROF_CATCH2_WHERE("EXPECT_MAX_BYTES"), __VA_ARGS__)
#define REQUIRE_MAX_BYTES(...) PROF_CATCH2_LOOP(MaxBytes, true, PROF_CATCH2_WHERE("REQUIRE_MAX_BYTES"), __VA_ARGS__)

#endif
