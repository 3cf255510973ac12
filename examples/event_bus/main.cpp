// SPDX-License-Identifier: MIT
//
// quote_gateway [--fixed]: a day at a gateway of stock prices, the same each time, with a snapshot every two hours.
//
// Side: example. See README.md.
#include <prof/prof.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "gateway.h"

namespace {

constexpr size_t open_sessions = 50, clients_an_hour = 200, quotes_a_client = 5;
constexpr int hours = 8, hours_a_snapshot = 2;

class Day {
   public:
    explicit Day(Gateway& gateway) : gateway_(gateway) {
        for (const char* exchange : {"XETR", "XLON", "XNAS", "XPAR"})
            for (int number = 1; number <= 10; ++number)
                symbols_.push_back(std::string(exchange) + ":STOCK" + std::to_string(number));
    }

    void hour() {
        for (size_t i = 0; i < clients_an_hour; ++i) {
            connect();
            while (open_.size() > open_sessions) disconnect();
            for (size_t quote = 0; quote < quotes_a_client; ++quote) {
                const int64_t cents = any(10'000) + 100;
                gateway_.publish({.symbol = any_symbol(), .bid_cents = cents, .ask_cents = cents + 1 + any(5)});
            }
        }
    }

   private:
    int any(uint32_t most) { return static_cast<int>(random_() % most); }
    const std::string& any_symbol() { return symbols_[random_() % symbols_.size()]; }

    void connect() {
        const std::string client = "client " + std::to_string(any(1000)) + " of a trading desk in Frankfurt";
        open_.push_back(gateway_.connect(client, {any_symbol(), any_symbol()}));
    }
    // Every sixth does not say goodbye: its line went down.
    void disconnect() {
        if (++disconnected_ % 6 == 0)
            gateway_.connection_lost(open_.front());
        else
            gateway_.log_out(open_.front());
        open_.pop_front();
    }

    Gateway& gateway_;
    std::mt19937 random_{2024};
    std::vector<std::string> symbols_;
    std::deque<uint64_t> open_;
    size_t disconnected_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    Gateway gateway(count > 1 && std::strcmp(arguments[1], "--fixed") == 0);
    Day day(gateway);
    for (int hour = 1; hour <= hours; ++hour) {
        day.hour();
        if (hour % hours_a_snapshot != 0) continue;
        prof_take_snapshot((std::to_string(hour / hours_a_snapshot) + ".heap").c_str());
    }
    std::printf("%zu sessions open, %zu quotes delivered\n", gateway.sessions(), gateway.delivered());
}
