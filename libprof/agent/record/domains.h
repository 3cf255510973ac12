// SPDX-License-Identifier: MIT
//
// Domains: the parts of a program that it named (prof_scope_enter), one inside another. A domain is a path of names,
// numbered: (the domain around it, its name) -> number; 0 is outside of all.
//
// Side:    agent, floor 2 (record).
// Threads: finding takes no lock; adding takes a bounded one, as an event of its thread.
// Memory:  24 bytes and the name for each; append-only, 65,536 at most, 255 deep.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::domains {

inline constexpr uint32_t none = 0;
inline constexpr uint32_t most = 1u << 16;  // row 0 among them
inline constexpr uint32_t most_deep = 255;
inline constexpr size_t most_name_bytes = 255;  // of a longer name the first of them

struct Domain {
    const char* name;
    uint64_t name_bytes;
    uint32_t parent;
    uint32_t depth;
};

// The domain of that name in `parent`, made when it is new. A domain in itself is that domain: a function that calls
// itself is in one. `parent`, counted: there is no room, or a handler that interrupted the recorder wants a new one.
uint32_t inside(uint32_t parent, const char* name) noexcept;

bool is_named(uint32_t number, const char* name) noexcept;

uint32_t count() noexcept;  // row 0 included
const Domain& domain(uint32_t number) noexcept;

void reset_lock() noexcept;  // after a fork

}  // namespace prof::domains
