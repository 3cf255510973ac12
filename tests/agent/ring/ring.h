// SPDX-License-Identifier: MIT
//
// What the ring's program and its checker agree on. Side: tests.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ring {

constexpr size_t nodes = 200;
constexpr size_t mutators = 3;            // and one that forks and starts threads
constexpr size_t at_once = mutators + 1;  // blocks that may be there twice, old and new, at one instant
constexpr size_t least_in_ring = 100;
constexpr size_t leaf_bytes = 43;
constexpr size_t unit_bytes = 2048, most_units = 4;
constexpr size_t key_count = 100;
constexpr long hold_turns = 200'000;

constexpr size_t size_of_node(size_t number, size_t units) { return unit_bytes * units + 8 * number + 3; }

// The number of the node of that size, or `nodes` when it is none.
constexpr size_t node_of_size(uint64_t bytes) {
    const uint64_t units = bytes / unit_bytes, rest = bytes % unit_bytes;
    if (units < 1 || units > most_units || rest % 8 != 3 || rest / 8 >= nodes) return nodes;
    return rest / 8;
}

}  // namespace ring
