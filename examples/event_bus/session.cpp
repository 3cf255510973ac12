// SPDX-License-Identifier: MIT
//
// See session.h.
#include "session.h"

#include <utility>

Session::Session(EventBus& bus, std::string client) : bus_(bus), client_(std::move(client)) {}

// The session must not go while the bus may call it, so the handler shares in owning it: until unwatch_all().
void Session::watch(const std::string& symbol) {
    const EventBus::Ticket ticket =
        bus_.subscribe(symbol, [self = shared_from_this()](const Quote& quote) { self->deliver(quote); });
    watches_.push_back({symbol, ticket});
}

void Session::unwatch_all() {
    for (const Watch& each : watches_) bus_.unsubscribe(each.symbol, each.ticket);
    watches_.clear();
}

void Session::deliver(const Quote& quote) { unsent_.insert_or_assign(quote.symbol, quote); }

std::string Session::flush() {
    std::string text;
    for (const auto& [symbol, quote] : unsent_)
        text += client_ + ' ' + symbol + ' ' + std::to_string(quote.bid_cents) + '/' + std::to_string(quote.ask_cents) +
                '\n';
    unsent_.clear();
    return text;
}
