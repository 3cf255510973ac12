// SPDX-License-Identifier: MIT
//
// Who wants to know when a document was delivered. The process has one bus, which whoever includes this can reach.
//
// Side:    example. Threads: every function may be called by any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace docserver {

struct Delivery {
    int document_id;
    std::string_view outcome;
};

using Handler = std::function<void(const Delivery&)>;

class EventBus {
   public:
    // The handler stays until unsubscribe() is called with the number that this returns.
    static uint64_t subscribe(Handler handler);
    static void unsubscribe(uint64_t subscription);
    static void publish_to(uint64_t subscription, const Delivery& delivery);

   private:
    struct Subscription {
        uint64_t number;
        Handler handler;
    };
    static std::mutex mutex_;
    static uint64_t next_number_;
    static std::vector<Subscription> handlers_;  // ascending by number
};

}  // namespace docserver
