// SPDX-License-Identifier: MIT
//
// The gateway between an exchange's prices and the clients that watch them.
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
#include "session.h"

class Gateway {
   public:
    explicit Gateway(bool is_fixed) : is_fixed_(is_fixed) {}

    uint64_t connect(const std::string& client, const std::vector<std::string>& symbols);
    void log_out(uint64_t session);          // the client said goodbye
    void connection_lost(uint64_t session);  // it was not heard of for too long
    void publish(const Quote& quote);

    size_t sessions() const { return sessions_.size(); }
    size_t delivered() const { return delivered_; }
    size_t bytes_sent() const { return bytes_sent_; }

   private:
    const bool is_fixed_;
    EventBus bus_;
    std::map<uint64_t, std::shared_ptr<Session>> sessions_;
    uint64_t last_session_ = 0;
    size_t delivered_ = 0, bytes_sent_ = 0;
};
