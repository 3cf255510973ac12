/* SPDX-License-Identifier: MIT
 *
 * A check as the head of a for statement, so that the block behind a macro is its body.
 *
 *     for (Loop<Framework, NoLeaks> loop(…); loop.next();) { … }
 *
 * Framework has: static void report(const Where&, const Verdict&, bool is_fatal), which may throw when it is fatal;
 * static bool has_ended() noexcept: the test has failed for good or was skipped, so that its rest is left out. A block
 * that is left by an exception, or by an assertion of the framework, is not judged: what was thrown or asserted says
 * enough. One that is left by break or return fails.
 *
 * Side: bridge, in the program under test. C++17. */
#ifndef PROF_TESTING_LOOP_HPP
#define PROF_TESTING_LOOP_HPP

#include <exception>
#include <utility>

#include "checks.hpp"

// The variable of a loop, so that one may stand in another.
#define PROF_TESTING_JOIN_(a, b) a##b
#define PROF_TESTING_JOIN(a, b) PROF_TESTING_JOIN_(a, b)
#define PROF_TESTING_LOOP PROF_TESTING_JOIN(prof_testing_loop_, __LINE__)

namespace prof::testing {

template <typename Framework, typename Check, bool is_fatal = false>
class Loop {
   public:
    // As the check's own constructor.
    template <typename... Arguments>
    explicit Loop(Where where, Arguments&&... arguments)
        : check_(std::move(where), std::forward<Arguments>(arguments)...), thrown_before_(std::uncaught_exceptions()) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() {
        if (check_.is_over() || std::uncaught_exceptions() > thrown_before_ || Framework::has_ended()) return;
        Framework::report(check_.where(),
                          failed(std::string(check_.where().check) +
                                 " was not checked: its block was left by break, return or goto."),
                          false);
    }

    bool next() {
        detail::clear_unused_stack();
        if (check_.next()) return true;
        Framework::report(check_.where(), check_.verdict(), is_fatal);
        return false;
    }
    bool has_failed() const noexcept {
        return check_.is_over() && check_.verdict().outcome == Verdict::Outcome::failed;
    }

   private:
    Check check_;
    const int thrown_before_;
};

}  // namespace prof::testing

#endif
