// SPDX-License-Identifier: MIT
//
// The bus behind event_bus.h.
#include "event_bus.h"

#include <algorithm>
#include <utility>

namespace docserver {

std::mutex EventBus::mutex_;
uint64_t EventBus::next_number_ = 1;
std::vector<EventBus::Subscription> EventBus::handlers_;

uint64_t EventBus::subscribe(Handler handler) {
    const std::lock_guard lock(mutex_);
    handlers_.push_back({next_number_, std::move(handler)});
    return next_number_++;
}

void EventBus::unsubscribe(uint64_t subscription) {
    const std::lock_guard lock(mutex_);
    std::erase_if(handlers_, [&](const Subscription& one) { return one.number == subscription; });
}

void EventBus::publish_to(uint64_t subscription, const Delivery& delivery) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::lower_bound(handlers_, subscription, {}, &Subscription::number);
    if (found != handlers_.end() && found->number == subscription) found->handler(delivery);
}

}  // namespace docserver
