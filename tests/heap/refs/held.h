// SPDX-License-Identifier: MIT
//
// Objects to photograph: what the four usual findings look like, and each way to refer to something.
//
// Side: tests. Compiled with -g whatever the build type.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace held {

struct UserRecord {
    std::string name;
    int visits = 0;
};

struct EventBus {
    struct Subscription {
        long number;
        std::function<void(int)> handler;
    };
    static std::vector<Subscription> handlers_;
};

struct Document {
    int id;
    std::string title;
    std::vector<std::string> tags;
    Document* next = nullptr;
};

struct Cache {
    std::unordered_map<int, Document> docs_;
    std::map<std::string, Document*> by_title_;
    std::list<Document*> recent_;
    std::deque<std::unique_ptr<Document>> queue_;
    std::optional<std::shared_ptr<UserRecord>> viewer_, nobody_;
    std::weak_ptr<UserRecord> watcher_;
    std::unique_ptr<Document[]> pages_;
    Document* slots_[3] = {};
};

struct Button {
    std::function<void()> pressed;
};

struct Shelf {  // as C has it: one object of any length
    struct Place {
        long number;
        UserRecord* reader;
    };
    long count;
    Place places[];
};

struct Session {
    long number;
    std::vector<long> queue_;
};
extern std::vector<Session> sessions;

struct Child;
struct Parent {
    std::shared_ptr<Child> child_;
    std::string name = "a parent with a name that is long";
};
struct Child {
    std::shared_ptr<Parent> parent_;
    std::weak_ptr<Parent> watched_;
};

struct Branch {
    std::vector<std::shared_ptr<Branch>> branches_;
    std::shared_ptr<Branch> stem_;
};

struct Watchdog {  // owns itself: whoever starts it need not keep it
    std::shared_ptr<Watchdog> self_;
};
struct Twin {  // plain pointers, which may own or not
    Twin* other = nullptr;
    virtual ~Twin() = default;
};

extern Cache* cache;
extern Button button;
extern Shelf* shelf;
std::vector<std::unique_ptr<Document>>& registry();  // a static of the function

void subscribe(int handlers);  // each keeps a UserRecord
void fill_cache();
void fill_shelf(int places);       // a UserRecord in each
void make_button(Document* page);  // its closure captures the page
void lose_a_family();              // a Parent and a Child that own each other
void lose_a_tree();                // a Branch with two more, which own it
void lose_watchdogs();             // one made by make_shared, one given to its shared_ptr
void lose_twins();                 // two Twins that point at each other
void open_sessions(int count, size_t room);  // none is queued, but each has room
void list_documents(int count);    // through Document::next, from first_document
extern Document* first_document;
void forget();  // all of it

}  // namespace held
