// SPDX-License-Identifier: MIT
//
// Reads a word of the program's stack as it stands there now.
//
// Side:    agent, floor 2 (record).
// A walk reads words that belong to other functions' frames, which a sanitizer would call a fault: in a build with
// one, the load is written so that it is not looked at.
#pragma once

#include <cstdint>

namespace prof {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline uint64_t stack_word(const uint64_t* at) noexcept {
    uint64_t value;
    asm volatile("movq (%1), %0" : "=r"(value) : "r"(at) : "memory");
    return value;
}
#else
inline uint64_t stack_word(const uint64_t* at) noexcept { return *static_cast<const volatile uint64_t*>(at); }
#endif

}  // namespace prof
