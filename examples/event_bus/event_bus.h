// SPDX-License-Identifier: MIT
//
// Who wants to know which prices: handlers by symbol.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

struct Quote {
    std::string symbol;
    int64_t bid_cents, ask_cents;
};

class EventBus {
   public:
    using Handler = std::function<void(const Quote&)>;
    using Ticket = uint64_t;

    // The handler, and all that it captured, stays until unsubscribe() is called with what this returns.
    Ticket subscribe(const std::string& symbol, Handler handler);
    void unsubscribe(const std::string& symbol, Ticket ticket);
    // How many were told.
    size_t publish(const Quote& quote) const;

   private:
    struct Subscription {
        Ticket ticket;
        Handler handler;
    };
    std::unordered_map<std::string, std::vector<Subscription>> topics_;
    Ticket last_ticket_ = 0;
};
