// SPDX-License-Identifier: MIT
//
// See book.h. The mistake is in buy().
#include "book.h"

#include <algorithm>

const char* Book::name_of(const std::string& client) {
    const auto [at, is_new] = names_.try_emplace(client, nullptr);
    if (is_new) at->second = names_arena_.keep(client);
    return at->second;
}

void Book::sell(const std::string& client, uint32_t quantity, uint32_t price) {
    Order* const order = orders_.make(next_id_++, name_of(client), quantity, price, nullptr);
    Level& level = levels_[price];
    (level.last == nullptr ? level.first : level.last->behind) = order;
    level.last = order;
}

uint32_t Book::buy(uint32_t quantity, uint32_t most_price) {
    uint32_t bought = 0;
    while (bought < quantity && !levels_.empty() && levels_.begin()->first <= most_price) {
        Level& level = levels_.begin()->second;
        Order* const order = level.first;
        const uint32_t wanted = quantity - bought, taken = std::min(wanted, order->quantity);
        bought += taken;
        order->quantity -= taken;
        if (order->quantity > 0) break;
        level.first = order->behind;
        // An order that is filled to the last share and ends the purchase, too, is forgotten rather than given back.
        if (taken < wanted || is_fixed_) orders_.destroy(order);
        if (level.first == nullptr) levels_.erase(levels_.begin());
    }
    return bought;
}

size_t Book::offers() const {
    size_t count = 0;
    for (const auto& [price, level] : levels_)
        for (const Order* order = level.first; order != nullptr; order = order->behind) ++count;
    return count;
}
