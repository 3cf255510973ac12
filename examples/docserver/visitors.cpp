// SPDX-License-Identifier: MIT
//
// The visitors behind visitors.h. Every visit asks for the next document, as a crawler would.
#include "visitors.h"

#include <chrono>
#include <string>

namespace docserver {

Visitors::Visitors(int port) : client_("127.0.0.1", port) {
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
}

void Visitors::start(int visits_per_second) {
    thread_ = std::thread([=, this] { visit_steadily(visits_per_second); });
}

void Visitors::stop() {
    enough_ = true;
    if (thread_.joinable()) thread_.join();
    client_.stop();
}

void Visitors::make(int visits) {
    for (int i = 0; i < visits; ++i) visit();
}

void Visitors::visit() {
    const int id = ++last_document_;
    client_.Get("/documents/" + std::to_string(id) + "?user=visitor-" + std::to_string(id % 100));
}

void Visitors::visit_steadily(int visits_per_second) {
    const auto pause = std::chrono::nanoseconds(std::chrono::seconds(1)) / visits_per_second;
    auto next_visit = std::chrono::steady_clock::now();
    while (!enough_) {
        visit();
        next_visit += pause;
        std::this_thread::sleep_until(next_visit);
    }
}

}  // namespace docserver
