// SPDX-License-Identifier: MIT
//
// C++20 coroutines whose frames come from operator new and are destroyed elsewhere.
// Side: tests.
#include <coroutine>
#include <exception>
#include <vector>

#include "world.h"

struct Numbers {
    struct promise_type {
        int value = 0;
        Numbers get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(int next) { return value = next, std::suspend_always{}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
};

Numbers count(int from) {
    std::vector<int> kept(static_cast<size_t>(from) + 1);
    for (int i = 0; i < 1000; ++i) co_yield from + i + static_cast<int>(kept.size());
}

int main() {
    long sum = 0;
    std::vector<Numbers> all;
    for (int i = 0; i < 100; ++i) all.push_back(count(i));
    for (int round = 0; round < 20; ++round) {
        for (auto& each : all) {
            each.handle.resume();
            sum += each.handle.promise().value;
        }
    }
    for (auto& each : all) each.handle.destroy();
    say("sum %ld\n", sum);
    world();
    return 0;
}
