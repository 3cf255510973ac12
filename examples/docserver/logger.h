// SPDX-License-Identifier: MIT
//
// The last few hundred log lines, in memory: a ring that grows once and then stays as it is. Not a leak.
//
// Side:    example. Threads: every function may be called by any thread.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>

namespace docserver {

class Logger {
   public:
    void log(std::string line) {
        const std::lock_guard lock(mutex_);
        ring_[next_++ % ring_.size()] = std::move(line);
    }

   private:
    std::mutex mutex_;
    size_t next_ = 0;
    std::array<std::string, 312> ring_;
};

}  // namespace docserver
