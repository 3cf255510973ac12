// SPDX-License-Identifier: MIT
//
// A bar on a terminal for work over a second. Whoever has no terminal gives none.
//
// Side: our process, cli.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>

namespace heapkit::cli {

class Progress {
   public:
    using Clock = std::chrono::steady_clock;
    using Now = std::function<Clock::time_point()>;

    explicit Progress(std::FILE* terminal, Now now = Clock::now)
        : terminal_(terminal), now_(std::move(now)), begin_(now_()) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void report(std::string_view what, uint64_t done, uint64_t total);
    void clear();

   private:
    std::FILE* terminal_;
    Now now_;
    bool is_drawn_ = false;
    Clock::time_point begin_, last_drawn_{};
};

}  // namespace heapkit::cli
