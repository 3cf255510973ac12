/* SPDX-License-Identifier: MIT
 *
 * What a leak test found.
 *
 * Side: bridge, in the program under test. C++17. Plain data. */
#ifndef PROF_TESTING_VERDICT_HPP
#define PROF_TESTING_VERDICT_HPP

#include <stdint.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace prof::testing {

struct Verdict {
    enum class Outcome {
        passed,
        failed,     // it is not so, or it cannot be said although the program is recorded
        unchecked,  // nobody records this program
    };
    Outcome outcome = Outcome::passed;
    std::string message = {};  // "" when it passed; several lines, without the last line's end

    explicit operator bool() const noexcept { return outcome == Outcome::passed; }
};

inline Verdict failed(std::string message) { return {Verdict::Outcome::failed, std::move(message)}; }

inline std::ostream& operator<<(std::ostream& out, const Verdict& verdict) {
    return out << (verdict ? "as expected" : verdict.message);
}

// A number of iterations or bytes, out of whatever whole number a test has.
struct Amount {
    int64_t value = 0;
    template <typename Integer, typename = std::enable_if_t<std::is_integral_v<Integer>>>
    constexpr Amount(Integer given)
        : value(std::is_signed_v<Integer> || static_cast<uint64_t>(given) <= INT64_MAX ? static_cast<int64_t>(given)
                                                                                       : INT64_MAX) {}
};

// Where a check stands.
struct Where {
    const char* check;  // "EXPECT_NO_LEAKS"
    const char* file;
    int line;
    std::string test = {};  // "Cache.Evicts": part of the names of files
};

}  // namespace prof::testing

#endif
