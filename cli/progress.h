// SPDX-License-Identifier: MIT
//
// A bar on standard error for work over a second, on a terminal only.
//
// Side: our process, cli.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace heapkit::cli {

class Progress {
   public:
    explicit Progress(bool is_shown) : is_shown_(is_shown), begin_(Clock::now()) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void report(std::string_view what, uint64_t done, uint64_t total);
    void clear();

   private:
    using Clock = std::chrono::steady_clock;
    bool is_shown_, is_drawn_ = false;
    Clock::time_point begin_, last_drawn_{};
};

}  // namespace heapkit::cli
