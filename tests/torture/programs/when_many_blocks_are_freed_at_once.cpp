// SPDX-License-Identifier: MIT
//
// A hundred thousand objects in containers, torn down in another order and by another thread than they were made.
// Side: tests.
#include <algorithm>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "world.h"

int main() {
    std::unordered_map<std::string, std::shared_ptr<std::list<std::string>>> map;
    std::set<std::string> set;
    for (int i = 0; i < 20000; ++i) {
        std::string name = "a name that does not fit inside " + std::to_string(i * 7919 % 20000);
        auto& list = map[name];
        if (!list) list = std::make_shared<std::list<std::string>>();
        for (int j = 0; j < 3; ++j) list->push_back(name + std::to_string(j));
        set.insert(std::move(name));
    }
    const size_t size = map.size() + set.size();
    std::thread([&map] { map.clear(); }).join();
    std::thread([moved = std::move(set)]() mutable { moved.clear(); }).join();
    say("size %zu, then %zu\n", size, map.size());
    errno = 0;
    world();
    return 0;
}
