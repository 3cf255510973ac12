// SPDX-License-Identifier: MIT
//
// One client: what it watches, and what waits to be sent to it.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event_bus.h"

class Session : public std::enable_shared_from_this<Session> {
   public:
    Session(EventBus& bus, std::string client);

    void watch(const std::string& symbol);
    void unwatch_all();
    // What changed since the last call, as text for the wire.
    std::string flush();

   private:
    struct Watch {
        std::string symbol;
        EventBus::Ticket ticket;
    };
    void deliver(const Quote& quote);

    EventBus& bus_;
    std::string client_;
    std::vector<Watch> watches_;
    std::map<std::string, Quote> unsent_;  // the latest quote of each symbol: a slow client misses some
};
