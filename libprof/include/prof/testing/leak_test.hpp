/* SPDX-License-Identifier: MIT
 *
 * Leak tests without a test framework, or with one that is not GoogleTest (gtest.hpp) nor Catch2 (catch2.hpp).
 *
 *     const auto verdict = prof::testing::no_growth("Session", 10, [&] { server.handle(request); });
 *     if (!verdict) std::cerr << verdict << '\n';
 *
 * A verdict is true when it passed. When nobody records the program it is not, and its outcome is `unchecked`.
 *
 * Side:    bridge, in the program under test. C++17, header only: nothing is linked. docs/leak-tests.md.
 * Threads: from any; what all threads of the process allocate counts. What the body throws goes through. */
#ifndef PROF_TESTING_LEAK_TEST_HPP
#define PROF_TESTING_LEAK_TEST_HPP

#include <string>
#include <utility>

#include "checks.hpp"

namespace prof::testing {

namespace detail {

// In a frame of its own, which is gone when the heap is looked at, with whatever it left in registers.
template <typename Body>
[[gnu::noinline]] void run(Body& body) {
    body();
    asm volatile("" ::: "memory");
}

template <typename Check, typename Body>
Verdict run_all(Check& check, Body& body) {
    do clear_unused_stack();
    while (check.next() && (run(body), true));
    return check.verdict();
}

}  // namespace detail

// `subject` is a type or the owner of a container, as heapkit expect --no-growth takes it.
template <typename Body>
Verdict no_growth(const std::string& subject, Amount iterations, Body&& body, Amount warm_up = 1) {
    NoGrowth check(Where{"no_growth", "", 0}, subject, iterations, warm_up);
    return detail::run_all(check, body);
}

template <typename Body>
Verdict no_leaks(Body&& body, Amount iterations = 1, Amount warm_up = 0) {
    NoLeaks check(Where{"no_leaks", "", 0}, iterations, warm_up);
    return detail::run_all(check, body);
}

// Above what is live when it begins, in the whole process.
template <typename Body>
Verdict max_bytes(Amount limit_bytes, Body&& body, Amount warm_up = 0) {
    MaxBytes check(Where{"max_bytes", "", 0}, limit_bytes, warm_up);
    return detail::run_all(check, body);
}

}  // namespace prof::testing

#endif
