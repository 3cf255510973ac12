// SPDX-License-Identifier: MIT
//
// The visitors behind visitors.h. Every visit asks for the next document, as a crawler would.
#include "visitors.h"

#include <httplib.h>

#include <chrono>
#include <string>

namespace docserver {

void Visitors::start(int port, int visits_per_second) {
    thread_ = std::thread([=, this] { visit(port, visits_per_second); });
}

void Visitors::stop() {
    enough_ = true;
    if (thread_.joinable()) thread_.join();
}

void Visitors::visit(int port, int visits_per_second) {
    httplib::Client client("127.0.0.1", port);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    const auto pause = std::chrono::nanoseconds(std::chrono::seconds(1)) / visits_per_second;
    auto next_visit = std::chrono::steady_clock::now();
    for (int id = 1; !enough_; ++id) {
        client.Get("/documents/" + std::to_string(id) + "?user=visitor-" + std::to_string(id % 100));
        next_visit += pause;
        std::this_thread::sleep_until(next_visit);
    }
}

}  // namespace docserver
