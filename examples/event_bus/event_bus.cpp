// SPDX-License-Identifier: MIT
//
// See event_bus.h.
#include "event_bus.h"

#include <utility>

EventBus::Ticket EventBus::subscribe(const std::string& symbol, Handler handler) {
    topics_[symbol].push_back({++last_ticket_, std::move(handler)});
    return last_ticket_;
}

void EventBus::unsubscribe(const std::string& symbol, Ticket ticket) {
    const auto topic = topics_.find(symbol);
    if (topic == topics_.end()) return;
    std::erase_if(topic->second, [ticket](const Subscription& each) { return each.ticket == ticket; });
}

size_t EventBus::publish(const Quote& quote) const {
    const auto topic = topics_.find(quote.symbol);
    if (topic == topics_.end()) return 0;
    for (const Subscription& each : topic->second) each.handler(quote);
    return topic->second.size();
}
