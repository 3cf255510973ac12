// SPDX-License-Identifier: MIT
//
// Closures to photograph: small ones that lie in their std::function, wherever that is; what std::bind made, a packaged
// task, and coroutines.
//
// Side: tests. Compiled with -g whatever the build type.
#pragma once

#include <coroutine>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <vector>

#include "held.h"

namespace held {

struct Routine {
    struct promise_type {
        UserRecord* caller = nullptr;
        Routine get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
};

struct Panel {
    long number;
    std::function<void()> opened;
};

struct Desk {
    std::vector<std::function<void()>> presses_;
    std::map<int, std::function<void(int)>> by_number_;
    std::vector<std::unique_ptr<Panel>> panels_;
    std::vector<std::function<void(int)>> bound_;
    std::vector<std::packaged_task<int(int)>> tasks_;
    std::vector<Routine> routines_;

    Routine attend(std::shared_ptr<UserRecord> visitor);  // suspended while it has a guest of its own
};
extern Desk* desk;

struct Ring {  // of two that own each other
    std::shared_ptr<Ring> other_;
    std::vector<long> kept_;
};
void lose_rings(int count);  // pairs of them, each with something in it

// Into the desk, each with a UserRecord that nobody else owns.
void fill_presses(int count);
void fill_numbers(int count);
void fill_panels(int count);
void fill_bound(int count);
void fill_tasks(int count);
void fill_shared_tasks(int count);  // two tasks own each UserRecord
void fill_routines(int count);
void clear_desk();

}  // namespace held
