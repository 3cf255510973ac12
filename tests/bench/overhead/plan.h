// SPDX-License-Identifier: MIT
//
// What the programs to measure share: numbers from the command line, numbers by chance that are the same in each run,
// and a call that no compiler takes out. Side: tests, bench.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace bench {

inline size_t number(int argc, char** argv, int index, size_t fallback) {
    return index < argc ? std::strtoul(argv[index], nullptr, 10) : fallback;
}

// Knuth's congruence; the low bits are left out, as they are hardly by chance.
inline uint64_t next(uint64_t& state) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

template <typename T>
inline T seen(T value) {
    asm volatile("" : "+r"(value) : : "memory");
    return value;
}

}  // namespace bench
