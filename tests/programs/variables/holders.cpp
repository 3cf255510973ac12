// SPDX-License-Identifier: MIT
//
// Blocks that one variable alone holds, each of a class of its own: locals and arguments of functions that are running,
// also of a thread that sleeps, thread-local variables of the program and of a library that comes by dlopen. It takes a
// snapshot from inside of them all.
//
// Side: tests.  holders SNAPSHOT LIBRARY
#include <dlfcn.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <prof/prof.h>

namespace shop {

struct Order {
    long number, parts[6];
};
struct Customer {
    long number, parts[8];
};
struct Parcel {
    long number, parts[10];
};
struct Route {
    long number, parts[12];
};
struct Sleeper {
    long number, parts[14];
};
struct Basket {
    Order* first;
    Customer* customer;
};

thread_local Route* current_route = nullptr;
thread_local Basket own_basket = {};

std::atomic<bool> is_asleep{false};
int wake_up[2];

[[gnu::noinline]] int take(const char* path) {
    const int result = prof_take_snapshot(path);
    return result + static_cast<int>(is_asleep) - 1;  // no tail call
}

[[gnu::noinline]] int pack(const char* path, const std::vector<Parcel*>& parcels) {
    const int result = take(path);
    return result + static_cast<int>(parcels.size()) - 3;
}

[[gnu::noinline]] int serve(const char* path, Customer* customer) {
    std::vector<Parcel*> parcels;
    for (int i = 0; i < 3; ++i) parcels.push_back(new Parcel{i, {}});
    auto order = std::make_unique<Order>(Order{7, {}});
    const int result = pack(path, parcels);
    for (Parcel* parcel : parcels) delete parcel;
    return result + static_cast<int>(order->number - 7 + customer->number - 9);
}

// The registers of a thread that sleeps in the kernel are not known: only what it has saved.
[[gnu::noinline]] void sleep_holding(Sleeper* sleeper) {
    prctl(PR_SET_NAME, "sleeper");
    current_route = new Route{2, {}};
    is_asleep = true;
    char byte;
    while (read(wake_up[0], &byte, 1) < 0) {
    }
    sleeper->number += 1;
    delete current_route;
}

[[gnu::noinline]] void run_sleeper() {
    Sleeper* const sleeper = new Sleeper{1, {}};
    sleep_holding(sleeper);
    delete sleeper;
}

// So that nothing is left below of what was on the stack.
[[gnu::noinline]] void clear_stack() {
    volatile char below[8192];
    for (volatile char& each : below) each = 0;
}

}  // namespace shop

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    void* const library = dlopen(argv[2], RTLD_NOW);
    auto* const keep = library == nullptr ? nullptr : reinterpret_cast<void (*)()>(dlsym(library, "keep_ticket"));
    if (keep == nullptr || pipe(shop::wake_up) != 0) return 3;
    keep();
    std::thread sleeper(shop::run_sleeper);
    while (!shop::is_asleep) poll(nullptr, 0, 1);
    shop::current_route = new shop::Route{1, {}};
    shop::own_basket.customer = new shop::Customer{3, {}};
    auto* const customer = new shop::Customer{9, {}};
    shop::clear_stack();
    const int result = shop::serve(argv[1], customer);
    if (write(shop::wake_up[1], "x", 1) != 1) return 4;
    sleeper.join();
    delete customer;
    delete shop::own_basket.customer;
    delete shop::current_route;
    return result;
}
