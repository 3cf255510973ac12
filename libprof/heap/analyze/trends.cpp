// SPDX-License-Identifier: MIT
//
// Courses and rates.
//
// Side: heap, floor 7 (analyze).
#include "analyze/trends.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr double nanoseconds_a_second = 1e9;

struct Line {
    double slope = 0, fit = 0;
};

Line line_through(std::span<const double> x, std::span<const int64_t> y) {
    const auto count = static_cast<double>(x.size());
    double mean_x = 0, mean_y = 0;
    for (size_t at = 0; at < x.size(); ++at) {
        mean_x += x[at] / count;
        mean_y += static_cast<double>(y[at]) / count;
    }
    double xx = 0, xy = 0, yy = 0;
    for (size_t at = 0; at < x.size(); ++at) {
        const double dx = x[at] - mean_x, dy = static_cast<double>(y[at]) - mean_y;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if (xx == 0) return {};
    return {.slope = xy / xx, .fit = yy == 0 ? 0 : xy * xy / (xx * yy)};
}

}  // namespace

std::vector<double> seconds_of(std::span<const Heap* const> heaps) {
    const auto run_of = [](const Heap* heap) { return heap->snapshot().process().run_id; };
    const bool is_one_run = std::all_of(heaps.begin(), heaps.end(),
                                        [&](const Heap* heap) { return run_of(heap) == run_of(heaps.front()); });
    std::vector<double> seconds;
    for (const Heap* heap : heaps) {
        const prof_process& process = heap->snapshot().process();
        const uint64_t first_ns = heaps.front()->snapshot().process().snapshot_unix_ns;
        seconds.push_back(is_one_run ? static_cast<double>(process.elapsed_ns) / nanoseconds_a_second
                                     : (static_cast<double>(process.snapshot_unix_ns) - static_cast<double>(first_ns)) /
                                           nanoseconds_a_second);
    }
    return seconds;
}

Course course_of(const Trend& values, std::span<const double> seconds, size_t skip) {
    const size_t first = std::min(skip, values.size() - 2);  // two snapshots are left at least
    Course course{.steps = values.size() - 1 - first, .gain = values.back() - values[first]};
    for (size_t at = first + 1; at < values.size(); ++at) {
        course.up += values[at] > values[at - 1];
        course.down += values[at] < values[at - 1];
    }
    const Line line = line_through(seconds.subspan(first), std::span(values).subspan(first));
    course.per_second = line.slope;
    course.fit = line.fit;
    return course;
}

std::string course_text(const Course& course) {
    if (course.up == 0 && course.down == 0) return "steady";
    if (course.grew_at_every_step()) return course.steps == 1 ? "grew" : "grew at every step";
    if (course.never_shrank()) return fmt::format("never shrank, grew at {} of {} steps", course.up, course.steps);
    if (course.up == 0) return "only shrank";
    return fmt::format("noisy: up {}, down {}", course.up, course.down);
}

std::string course_word(const Course& course) {
    if (course.up == 0) return course.down == 0 ? "steady" : "only shrank";
    if (course.grew_at_every_step()) return "every step";
    return course.never_shrank() ? "never shrank" : "noisy";
}

std::string rate_text(double bytes_per_second) {
    struct Span {
        double seconds;
        const char* name;
    };
    static constexpr std::array spans = {Span{1, "a second"}, Span{60, "a minute"}, Span{3600, "an hour"}};
    constexpr double worth_saying = 10 * 1024;
    for (const Span& span : spans) {
        const double bytes = bytes_per_second * span.seconds;
        const bool is_last = span.seconds == spans.back().seconds;
        if (std::abs(bytes) >= worth_saying || is_last)
            return fmt::format("{} {}", size_to_text(std::round(bytes)), span.name);
    }
    return "";
}

std::optional<double> seconds_until(double bytes, double per_second) noexcept {
    if (per_second <= 0 || bytes < 0) return std::nullopt;
    return bytes / per_second;
}

}  // namespace heapkit::analyze
