// SPDX-License-Identifier: MIT
//
// The load: visitors who read one document after the other over the loopback port, at a steady rate or a given number
// of them.
//
// Side:    example. Threads: every function from one thread; start() has the visits made by a thread of its own.
#pragma once

#include <httplib.h>

#include <atomic>
#include <thread>

namespace docserver {

class Visitors {
   public:
    explicit Visitors(int port);

    void start(int visits_per_second);
    void make(int visits);  // in the place of start(); returns when all were answered
    void stop();            // hangs up; otherwise the server waits for more

   private:
    void visit();
    void visit_steadily(int visits_per_second);

    httplib::Client client_;
    int last_document_ = 0;
    std::atomic<bool> enough_ = false;
    std::thread thread_;
};

}  // namespace docserver
