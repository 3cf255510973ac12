// SPDX-License-Identifier: MIT
//
// An order book: who wants to sell how much at which price, the oldest order of a price first.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "arena.h"

struct Order {
    uint64_t id;
    const char* client;  // in the arena of names
    uint32_t quantity;
    uint32_t price;
    Order* behind;  // at the same price
};

class Book {
   public:
    explicit Book(bool is_fixed) : is_fixed_(is_fixed) {}

    void sell(const std::string& client, uint32_t quantity, uint32_t price);
    // Takes the cheapest offers up to this price. How much was bought.
    uint32_t buy(uint32_t quantity, uint32_t most_price);
    size_t offers() const;

   private:
    struct Level {
        Order* first = nullptr;
        Order* last = nullptr;
    };
    const char* name_of(const std::string& client);

    bool is_fixed_;
    uint64_t next_id_ = 1;
    Arena orders_arena_, names_arena_;
    Pool<Order> orders_{orders_arena_};
    std::unordered_map<std::string, const char*> names_;
    std::map<uint32_t, Level> levels_;
};
