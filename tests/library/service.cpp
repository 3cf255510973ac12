// SPDX-License-Identifier: MIT
//
// The service of docs/library.md: its sessions grow, each holds a subscription, and one was forgotten. Side: tests.
#include <prof/prof.h>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace http {

struct Session {
    std::string user;
    std::vector<int> requests;
    std::shared_ptr<Session> follows;
};

}  // namespace http

namespace {

std::map<int, std::shared_ptr<http::Session>> sessions;
std::vector<std::function<void()>> subscriptions;

[[gnu::noinline]] void add_sessions(int count) {
    for (int i = 0; i < count; ++i) {
        const int id = static_cast<int>(sessions.size());
        auto session = std::make_shared<http::Session>();
        session->user = "user number " + std::to_string(id) + " of the service";
        session->requests.resize(16);
        if (id != 0) session->follows = sessions[id - 1];
        sessions[id] = session;
        subscriptions.push_back([session, id] { session->requests.push_back(id); });
    }
}

// Two that hold each other, and nobody else holds.
[[gnu::noinline]] void forget_two() {
    auto one = std::make_shared<http::Session>(), other = std::make_shared<http::Session>();
    one->follows = other;
    other->follows = one;
}

}  // namespace

int main(int, char** argv) {
    add_sessions(200);
    if (prof_take_snapshot(argv[1]) != 0) return 1;
    forget_two();
    add_sessions(300);  // over what the stack still had of them
    return prof_take_snapshot(argv[2]) == 0 ? 0 : 1;
}
