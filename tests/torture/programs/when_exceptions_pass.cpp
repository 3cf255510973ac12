// SPDX-License-Identifier: MIT
//
// Exceptions through every frame: out of operator new, through functions that allocate, over threads, and rethrown.
// Side: tests.
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "world.h"

static int depth_of(int depth) {
    std::string text(static_cast<size_t>(depth) * 30, 'x');
    if (depth == 0) throw std::runtime_error(text + "thrown");
    try {
        return depth_of(depth - 1) + 1;
    } catch (const std::logic_error&) {
        return 0;
    }
}

struct Refuses {
    std::vector<int> numbers = std::vector<int>(100);
    Refuses() { throw 17; }
};

int main() {
    int caught = 0;
    const double began = seconds_now();
    do {
        try {
            depth_of(30);
        } catch (const std::exception& thrown) {
            caught = static_cast<int>(std::string(thrown.what()).size());
        }
        try {
            delete new Refuses;
        } catch (int number) {
            caught += number;
        }
    } while (still_time(began));
    say("caught %d\n", caught);
    volatile size_t much = PTRDIFF_MAX;
    try {
        delete[] new char[much];
        say("so much memory\n");
    } catch (const std::bad_alloc& thrown) {
        say("%s\n", thrown.what());
    }
    say("nothrow %d\n", new (std::nothrow) char[much] != nullptr);
    try {
        const volatile int negative = -1;
        delete[] new int[static_cast<size_t>(negative)];
    } catch (const std::bad_array_new_length& thrown) {
        say("%s\n", thrown.what());
    }
    std::set_new_handler([] { say("new handler\n"), std::set_new_handler(nullptr); });
    try {
        ::operator delete(::operator new(much, std::align_val_t(64)));
    } catch (const std::bad_alloc&) {
        say("aligned too\n");
    }
    std::exception_ptr carried;
    std::thread([&] {
        try {
            depth_of(3);
        } catch (...) {
            carried = std::current_exception();
        }
    }).join();
    try {
        std::rethrow_exception(carried);
    } catch (const std::runtime_error& thrown) {
        say("carried over: %s\n", thrown.what());
    }
    carried = nullptr;
    errno = 0;
    world();
    return 0;
}
