// SPDX-License-Identifier: MIT
//
// Usage: gateway SECONDS. A gateway for sensors that come and go: each connection has a subject, and a subscriber that
// sums what is measured. When a connection drops, all of it is destroyed; nobody says on_completed.
#include <rxcpp/rx.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

struct Connection {
    rxcpp::subjects::subject<int> readings;
    long total = 0;

    Connection() {
        readings.get_observable().filter([](int value) { return value >= 0; }).subscribe([this](int value) {
            total += value;
        });
    }
};

int main(int count, char** arguments) {
    const int seconds = count > 1 ? std::atoi(arguments[1]) : 10;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    long total = 0;
    while (std::chrono::steady_clock::now() < end) {
        auto connection = std::make_unique<Connection>();
        for (int reading = 0; reading < 10; ++reading) connection->readings.get_subscriber().on_next(reading);
        total += connection->total;
        connection.reset();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::printf("%ld\n", total);
}
