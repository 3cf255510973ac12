// SPDX-License-Identifier: MIT
//
// The time, and a deadline that is cheap to ask often.
//
// Side: agent, floor 3 (snapshot). Signals: async-signal-safe; a raw system call, since the vdso may be unmapped.
#pragma once

#include <asm/unistd.h>
#include <time.h>

#include <cstdint>

#include "base/syscalls.h"

namespace prof::snapshot {

inline uint64_t time_ns(long clock) noexcept {
    timespec now{};
    sys::call(__NR_clock_gettime, clock, reinterpret_cast<long>(&now));
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}
inline uint64_t monotonic_ns() noexcept { return time_ns(CLOCK_MONOTONIC); }
inline uint64_t unix_ns() noexcept { return time_ns(CLOCK_REALTIME); }

class Deadline {
   public:
    explicit Deadline(uint64_t at_ns) noexcept : at_ns_(at_ns) {}
    // Asks the clock once in `often` calls.
    bool is_over(uint32_t often = 1) noexcept {
        if (!over_ && ++asked_ >= often) {
            asked_ = 0;
            over_ = monotonic_ns() > at_ns_;
        }
        return over_;
    }

   private:
    uint64_t at_ns_;
    uint32_t asked_ = 0;
    bool over_ = false;
};

}  // namespace prof::snapshot
