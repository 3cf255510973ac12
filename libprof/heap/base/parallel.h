// SPDX-License-Identifier: MIT
//
// Work on the parts of a long column, on as many processors as there are.
//
// Side:    heap, floor 1 (base).
// Threads: the caller's and others, which have ended when it returns. What is worked out must not depend on how many
//          there are: each part writes to places of its own.
// Memory:  a stack for each thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace heapkit {

// Fewer elements than this are not worth a thread, which costs some 50 microseconds to start.
constexpr size_t fewest_for_a_thread = size_t{1} << 16;

inline size_t parts_of(size_t count) noexcept {
    const size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return std::clamp<size_t>(count / fewest_for_a_thread, 1, processors);
}

// work(part, begin, end) for consecutive parts of [0, count), all at once; part 0 by the calling thread.
template <typename Work>
void in_parts(size_t count, size_t parts, Work work) {
    std::vector<std::jthread> others;
    for (size_t part = 1; part < parts; ++part)
        others.emplace_back([&work, part, count, parts] {
            work(part, count * part / parts, count * (part + 1) / parts);
        });
    work(size_t{0}, size_t{0}, count / parts);
}

}  // namespace heapkit
