// SPDX-License-Identifier: MIT
//
// A program to ask about: a service's heap of typed objects, with a cache that never evicts, handlers that are never
// removed, owners in circles and blocks that are lost. It takes a snapshot into each file, one after the other.
//
// Side:    tests, bench. Usage: objects BLOCKS FIRST.heap [SECOND.heap …]
// The first snapshot has BLOCKS blocks, each later one a twentieth more.
#include <prof/prof.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct UserRecord {
    std::string name;
    int visits = 0;
};

struct Document {
    std::string title;
    std::vector<std::string> tags;
};

struct DocumentCache {
    std::unordered_map<int, Document> docs_;
    std::map<std::string, Document*> by_title_;
};

struct EventBus {
    std::vector<std::function<void()>> handlers_;
};

struct Child;
struct Parent {
    std::shared_ptr<Child> child_;
};
struct Child {
    std::shared_ptr<Parent> parent_;
};

struct Entry {  // of a list as C has it
    Entry* next;
    long number;
};

DocumentCache cache;
EventBus bus;
Entry* journal = nullptr;

std::string long_text(const char* what, int number) {
    return std::string(what) + " number " + std::to_string(number) + ", too long to lie in the string";
}

void keep_document(int number) {  // 7 blocks
    Document& document = cache.docs_[number];
    document.title = long_text("a title", number);
    document.tags = {long_text("a tag", number), long_text("another tag", number)};
    cache.by_title_.emplace(document.title, &document);
}

void subscribe(int number) {  // 3 blocks
    auto user = std::make_shared<UserRecord>(UserRecord{.name = long_text("a user", number)});
    bus.handlers_.emplace_back([user, number] { user->visits += number; });
}

void lose(int number) {  // 3 blocks
    const auto parent = std::make_shared<Parent>();
    parent->child_ = std::make_shared<Child>();
    parent->child_->parent_ = parent;
    auto* const lost = static_cast<Entry*>(std::malloc(sizeof(Entry) + 32));
    asm volatile("" : : "r"(lost), "r"(number) : "memory");
}

void note(int number) { journal = new Entry{.next = journal, .number = number}; }  // 1 block

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    constexpr int blocks_a_round = 7 + 3 + 1, rounds_a_loss = 20;
    const auto blocks = static_cast<int>(std::strtol(argv[1], nullptr, 10));
    int number = 0;
    for (int file = 2; file < argc; ++file) {
        const int wanted = blocks + (file - 2) * blocks / 20;
        for (; number * blocks_a_round < wanted; ++number) {
            keep_document(number);
            subscribe(number);
            note(number);
            if (number % rounds_a_loss == 0) lose(number);
        }
        if (prof_take_snapshot(argv[file]) != 0) return 1;
    }
    return 0;
}
