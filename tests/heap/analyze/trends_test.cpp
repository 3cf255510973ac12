// SPDX-License-Identifier: MIT
//
// Courses over several snapshots, and rates.
//
// Side: tests.
#include "analyze/trends.h"

#include <vector>

#include "catch.h"

using namespace heapkit;
using namespace heapkit::analyze;

namespace {

const std::vector<double> seconds = {0, 10, 20, 30};

}  // namespace

TEST_CASE("what grows evenly grows at every step, by the slope of a line that explains all of it") {
    const Course course = course_of({100, 200, 300, 400}, seconds);
    CHECK(course.grew_at_every_step());
    CHECK(course.gain == 300);
    CHECK(course.per_second == Approx(10));
    CHECK(course.fit == Approx(1));
    CHECK(course_text(course) == "grew at every step");
}

TEST_CASE("what goes up and down is noisy, and a line explains little of it") {
    const Course course = course_of({100, 500, 90, 480}, seconds);
    CHECK_FALSE(course.never_shrank());
    CHECK(course.fit < 0.5);
    CHECK(course_text(course) == "noisy: up 2, down 1");
}

TEST_CASE("the first interval can be set aside: what grew then and stayed does not grow") {
    const Course course = course_of({0, 500, 500, 500}, seconds, 1);
    CHECK(course.steps == 2);
    CHECK(course.gain == 0);
    CHECK(course.per_second == Approx(0));
    CHECK(course_text(course) == "steady");
    CHECK(course_text(course_of({0, 500, 500, 500}, seconds)) == "never shrank, grew at 1 of 3 steps");
}

TEST_CASE("two snapshots are left, however much is set aside") { CHECK(course_of({1, 2, 4, 8}, seconds, 9).gain == 4); }

TEST_CASE("a rate is said in the unit of time in which it is a number to speak of") {
    CHECK(rate_text(1024.0 * 1024) == "1024 KiB a second");
    CHECK(rate_text(1024) == "60.0 KiB a minute");
    CHECK(rate_text(3) == "10.5 KiB an hour");
}

TEST_CASE("memory is full in what is left over the rate, and never when nothing grows") {
    CHECK(seconds_until(1000, 10).value() == Approx(100));
    CHECK_FALSE(seconds_until(1000, 0));
    CHECK_FALSE(seconds_until(1000, -5));
}
