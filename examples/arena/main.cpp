// SPDX-License-Identifier: MIT
//
// order_book [--fixed]: a morning at a small exchange, the same each time; then a snapshot, order_book.heap.
#include <prof/prof.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "book.h"

namespace {

std::string client(uint32_t number) {
    char name[16];
    std::snprintf(name, sizeof name, "client no. %04u", number % 10'000);
    return name;
}

}  // namespace

int main(int count, char** arguments) {
    Book book(count > 1 && std::strcmp(arguments[1], "--fixed") == 0);
    std::mt19937 random(2024);
    const auto any = [&](uint32_t most) { return static_cast<uint32_t>(random() % most); };
    uint64_t bought = 0;
    for (int i = 0; i < 20'000; ++i) {
        book.sell(client(any(500)), 100 * (1 + any(5)), 1000 + any(50));
        bought += book.buy(100 * any(7), 1000 + any(45));
    }
    std::printf("%" PRIu64 " shares bought, %zu offers left\n", bought, book.offers());
    prof_take_snapshot("order_book.heap");
}
