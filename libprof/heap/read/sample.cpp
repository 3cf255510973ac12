// SPDX-License-Identifier: MIT
//
// See sample.h.
//
// Side: heap, floor 2 (read).
#include "read/sample.h"

#include <cmath>

namespace heapkit::read {

std::optional<Error> needs_every_block(const Snapshot& snapshot) {
    if (!snapshot.is_sampled()) return std::nullopt;
    return Error{snapshot.path().string() + " is a sample: a block that it does not have may hold one that it has",
                 "Ask for types, stats, growth or a flame graph; or run the program again without --sample."};
}

Margin margin_of(const Blocks& blocks) {
    if (blocks.sample_bytes == 0) return {};
    constexpr double sigmas_of_95_percent = 1.96;
    double bytes = 0, count = 0;
    for (size_t index = 0; index < blocks.count(); ++index) {
        const double weight = blocks.weight_of(BlockId(index));
        const auto size = static_cast<double>(blocks.size_bytes(BlockId(index)));
        bytes += weight * (weight - 1) * size * size;
        count += weight * (weight - 1);
    }
    return {.bytes = sigmas_of_95_percent * std::sqrt(bytes), .blocks = sigmas_of_95_percent * std::sqrt(count)};
}

}  // namespace heapkit::read
