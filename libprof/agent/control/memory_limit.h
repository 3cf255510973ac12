// SPDX-License-Identifier: MIT
//
// Whether a copy of this process could take its cgroup beyond the memory limit, which the OOM killer would answer.
//
// Side:    agent, floor 4 (control). Used by session.cpp, by the thread whose turn it is.
// Memory:  one fixed buffer; nothing is kept.
//
// An estimate. While the copy lives, each page that the program writes to is there twice. How many that will be nobody
// knows before; what is counted as the worst case is worst_percent of the resident anonymous memory. A program that
// rewrites more than that within the life of a copy (about a second a GB) needs more.
#pragma once

#include <cstdint>

#include "base/text.h"

namespace prof::memory_limit {

inline constexpr uint64_t worst_percent = 50;

// What the tightest of the process's cgroups has left. Inactive file pages count as free: the kernel drops them first.
struct Room {
    uint64_t limit_bytes = 0;  // 0: there is no limit, or none that can be read
    uint64_t left_bytes = 0;
};

// v2 (memory.max, memory.current) and v1 (memory.limit_in_bytes, memory.usage_in_bytes), from the process's own cgroup
// up to the root, as far as it can be seen. `root` stands before /proc and /sys: "" but in tests.
Room room(const char* root) noexcept;
uint64_t anonymous_bytes(const char* root) noexcept;  // resident; 0: unknown

// 0, or ENOMEM; `why` says so with the figures.
int admit(const char* root, Text<200>& why) noexcept;

}  // namespace prof::memory_limit
