// SPDX-License-Identifier: MIT
//
// orders_api [--fixed]: 2,000 orders, each made, asked for twice and forgotten; a snapshot after every 500.
//
// Side: example. See README.md.
#include <prof/prof.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "orders.h"

namespace {

constexpr int all_orders = 2000, orders_a_snapshot = 500;

}  // namespace

int main(int count, char** arguments) {
    Orders orders(count > 1 && std::strcmp(arguments[1], "--fixed") == 0);
    size_t bytes = 0;
    for (int number = 1; number <= all_orders; ++number) {
        const std::string path = "/orders/" + std::to_string(100'000 + number);
        for (const char* const method : {"PUT", "GET", "GET"}) bytes += orders.handle({method, path}).body.size();
        bytes += orders.handle({"GET", "/health"}).body.size();
        if (number % orders_a_snapshot != 0) continue;
        bytes += orders.handle({"GET", "/metrics"}).body.size();
        prof_take_snapshot((std::to_string(number / orders_a_snapshot) + ".heap").c_str());
    }
    std::printf("%d orders, %zu bytes answered\n", all_orders, bytes);
}
