// SPDX-License-Identifier: MIT
//
// A program that says what its blocks are: containers with prof::allocator, a tracked class, make_shared, fields, and
// two domains, one within the other. Built with and without debug information. What it keeps stands in shop.py.
//
// Side: tests. Usage: shop SNAPSHOT
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <prof/prof.hpp>

namespace shop {

class Session;

struct Item {
    long price;
    Item* next;
};
PROF_FIELDS(Item, price, next);

struct Order {
    int number;
    Session* by;
    std::unique_ptr<Item> first;
};
PROF_FIELDS(Order, number, by, first);

struct Customer {
    long id;
    Session* current;
};
PROF_FIELDS(Customer, id, current);

class Session : public prof::tracked<Session> {
   public:
    PROF_FIELDS(Session, name_, peer_, customer_, seen_);
    explicit Session(Session* peer) : peer_(peer) {}
    void is_of(std::shared_ptr<Customer> customer) { customer_ = std::move(customer); }

   private:
    std::string name_ = "somebody whose name is longer than what fits";
    Session* peer_;
    std::shared_ptr<Customer> customer_;
    std::weak_ptr<Customer> seen_;
};

struct Base : prof::tracked<Base> {
    virtual ~Base() = default;
    long one = 1;
};
struct Derived : Base {};

template <class T>
using Same = std::equal_to<T>;

struct Registry {
    std::map<int, Order, std::less<int>, prof::allocator<std::pair<const int, Order>>> orders;
    std::vector<Session*, prof::allocator<Session*>> sessions;
    std::unordered_map<long, long, std::hash<long>, Same<long>, prof::allocator<std::pair<const long, long>>> prices;
    Base* base = nullptr;
    Base* derived = nullptr;
    Item* items = nullptr;
};
PROF_FIELDS(Registry, orders, sessions, prices, base, derived, items);

Registry* registry = nullptr;

void open_session(int number) {
    auto* const session = new Session(registry->sessions.empty() ? nullptr : registry->sessions.back());
    auto customer = prof::make_shared<Customer>();
    customer->current = session;
    session->is_of(std::move(customer));
    registry->sessions.push_back(session);
    const prof::scope order("order");
    Order& made = registry->orders[number];
    made.by = session;
    made.first = prof::make_unique<Item>();
    made.first->next = prof::make_unique<Item>().release();
}

}  // namespace shop

int main(int argc, char** argv) {
    using namespace shop;
    registry = prof::make_unique<Registry>().release();
    registry->sessions.reserve(64);
    registry->base = new Base;
    registry->derived = new Derived;
    {
        const prof::scope server("server");
        for (int number = 0; number < 50; ++number) open_session(number);
        for (long number = 0; number < 30; ++number) registry->prices[number] = number;
        registry->items = prof::make_unique<Item[]>(7).release();
    }
    return argc == 2 && prof::take_snapshot(argv[1]) ? 0 : 1;
}
