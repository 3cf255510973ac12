// SPDX-License-Identifier: MIT
//
// The load: visitors who read one document after the other, at a steady rate, over the loopback port.
//
// Side:    example. Threads: start() and stop() from one thread; the visits are made by a thread of its own.
#pragma once

#include <atomic>
#include <thread>

namespace docserver {

class Visitors {
   public:
    void start(int port, int visits_per_second);
    void stop();

   private:
    void visit(int port, int visits_per_second);

    std::atomic<bool> enough_ = false;
    std::thread thread_;
};

}  // namespace docserver
