// SPDX-License-Identifier: MIT
//
// How a figure went from snapshot to snapshot: did it only grow, how fast, and when is memory full?
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

// Seconds between the start of recording and each snapshot, by the clock that does not jump; of snapshots of different
// runs by the wall clock, from the first.
std::vector<double> seconds_of(std::span<const Heap* const> heaps);

struct Course {
    size_t steps = 0, up = 0, down = 0;  // from each snapshot to the next
    int64_t gain = 0;                    // from the first to the last
    double per_second = 0;               // of the straight line that fits best (least squares)
    double fit = 0;                      // how much of the movement that line explains: 0 … 1

    bool grew_at_every_step() const noexcept { return steps > 0 && up == steps; }
    bool never_shrank() const noexcept { return down == 0; }
};

// `values` and `seconds` are as long; two at least. `skip`: leave out so many intervals at the start, as warm-up.
Course course_of(const Trend& values, std::span<const double> seconds, size_t skip = 0);

// "grew at every step", "never shrank", "grew at 3 of 4 steps", "noisy: up 2, down 2", "steady".
std::string course_text(const Course& course);

// The same in a word or two: "every step", "never shrank", "noisy", "only shrank", "steady".
std::string course_word(const Course& course);

// "1.2 MiB a second", "19.1 MiB a minute", "3.4 MiB an hour": in the unit of time in which it is a number to speak of.
std::string rate_text(double bytes_per_second);

// Seconds until `bytes` more are taken at this rate; nothing when it does not grow.
std::optional<double> seconds_until(double bytes, double per_second) noexcept;

}  // namespace heapkit::analyze
