// SPDX-License-Identifier: MIT
//
// check(): when it fails, we are wrong, not the world. Says why and ends the process.
//
// Side: heap, floor 1 (base). For what a caller must have made sure of; what comes from files is an Error (result.h).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace heapkit {

inline void check(bool holds, const char* why) {
    if (holds) [[likely]]
        return;
    std::fprintf(stderr, "heapkit: this is a mistake in heapkit itself: %s\n", why);
    std::abort();
}

}  // namespace heapkit
