// SPDX-License-Identifier: MIT
//
// See orders.h. The mistake is in measure().
#include "orders.h"

#include <prof/prof.hpp>

#include <cstdlib>

namespace {

constexpr const char* orders_route = "/orders/";
constexpr uint32_t most_orders = 250;  // a shop's open ones; the oldest are archived

}  // namespace

std::string route_of(const std::string& path) {
    return path.starts_with(orders_route) ? std::string(orders_route) + ":number" : path;
}

Orders::Orders(bool is_fixed)
    : is_fixed_(is_fixed),
      seconds_(Registry::instance().family("http_request_seconds", {0.001, 0.01, 0.1, 1, 10})),
      bytes_(Registry::instance().family("http_response_bytes", {100, 1000, 10'000, 100'000})) {}

Answer Orders::handle(const Request& request) {
    Answer answer = answer_to(request);
    measure(request, answer);
    return answer;
}

Answer Orders::answer_to(const Request& request) {
    const prof::scope domain("orders");
    if (request.path == "/metrics") return {200, Registry::instance().text()};
    if (request.path == "/health") return {200, "well\n"};
    if (request.path.starts_with(orders_route))
        return order(request.method, static_cast<uint32_t>(std::atoi(request.path.c_str() + 8)));
    return {404, "no such page\n"};
}

Answer Orders::order(const std::string& method, uint32_t number) {
    if (method == "PUT") {
        orders_[number] = "order " + std::to_string(number) + ": two pairs of shoes, to be sent by mail";
        if (orders_.size() > most_orders) orders_.erase(orders_.begin());
        return {201, ""};
    }
    const auto found = orders_.find(number);
    return found == orders_.end() ? Answer{404, "no such order\n"} : Answer{200, found->second};
}

// How long it took, by the page; how much it was, by method and status. But each order is a page of its own.
void Orders::measure(const Request& request, const Answer& answer) {
    const prof::scope domain("metrics");
    const double seconds = 0.0001 * static_cast<double>(answer.body.size() + 1);
    seconds_.with({{"path", is_fixed_ ? route_of(request.path) : request.path}}).observe(seconds);
    bytes_.with({{"method", request.method}, {"status", std::to_string(answer.status)}})
        .observe(static_cast<double>(answer.body.size()));
}
