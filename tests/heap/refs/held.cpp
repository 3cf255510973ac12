// SPDX-License-Identifier: MIT
//
// See held.h.
//
// Side: tests.
#include "held.h"

#include <array>
#include <new>
#include <utility>

namespace held {

std::vector<EventBus::Subscription> EventBus::handlers_;
Cache* cache = nullptr;
Button button;
Shelf* shelf = nullptr;
Document* first_document = nullptr;
std::vector<Session> sessions;

namespace {

// The photographs do not show it: to let the families go when a test is over.
std::array<Parent*, 16> families = {};
size_t family_count = 0;
std::array<Watchdog*, 2> watchdogs = {};
Branch* tree = nullptr;
std::array<Twin*, 2> twins = {};

std::string long_text(const std::string& what, int number) {
    return what + " number " + std::to_string(number) + ", too long for a string without a block";
}
Document document(int id) {
    return {
        .id = id, .title = long_text("a title", id), .tags = {long_text("a tag", id), long_text("another tag", id)}};
}

}  // namespace

std::vector<std::unique_ptr<Document>>& registry() {
    static std::vector<std::unique_ptr<Document>> documents;
    return documents;
}

void subscribe(int handlers) {
    EventBus::handlers_.reserve(static_cast<size_t>(handlers) + 4);
    for (int number = 0; number < handlers; ++number) {
        auto user = std::make_shared<UserRecord>(UserRecord{long_text("a user", number), 0});
        std::string path = long_text("a path", number);
        EventBus::handlers_.push_back(
            {number, [user, path](int visits) { user->visits += visits + (path.empty() ? 1 : 0); }});
    }
}

void fill_cache() {
    cache = new Cache;
    for (const int id : {7, 42}) cache->docs_.emplace(id, document(id));
    Document* const first = &cache->docs_.at(42);
    cache->by_title_["a key that is too long for a string without a block"] = new Document(document(100));
    for (int id = 200; id < 203; ++id) cache->recent_.push_back(new Document(document(id)));
    for (int id = 300; id < 303; ++id) cache->queue_.push_back(std::make_unique<Document>(document(id)));
    cache->viewer_ = std::make_shared<UserRecord>(UserRecord{long_text("a viewer", 1), 0});
    cache->watcher_ = *cache->viewer_;
    cache->pages_ = std::make_unique<Document[]>(3);
    cache->pages_[1] = document(400);
    cache->slots_[2] = first;
    registry().push_back(std::make_unique<Document>(document(500)));
}

void make_button(Document* page) {
    button.pressed = [page] { ++page->id; };
}

void fill_shelf(int places) {
    const auto count = static_cast<size_t>(places);
    shelf = new (::operator new(sizeof(Shelf) + count * sizeof(Shelf::Place))) Shelf{.count = places};
    for (int number = 0; number < places; ++number)
        new (&shelf->places[number]) Shelf::Place{.number = number, .reader = new UserRecord};
}

void lose_a_family() {
    const auto parent = std::make_shared<Parent>();
    families.at(family_count++) = parent.get();
    parent->child_ = std::make_shared<Child>();
    parent->child_->parent_ = parent;
    parent->child_->watched_ = parent;
}

void lose_a_tree() {
    const auto stem = std::make_shared<Branch>();
    tree = stem.get();
    for (int branch = 0; branch < 2; ++branch) {
        stem->branches_.push_back(std::make_shared<Branch>());
        stem->branches_.back()->stem_ = stem;
    }
}

void lose_watchdogs() {
    const auto made = std::make_shared<Watchdog>();
    const std::shared_ptr<Watchdog> given(new Watchdog);
    made->self_ = made;
    given->self_ = given;
    watchdogs = {made.get(), given.get()};
}

void lose_twins() {
    twins = {new Twin, new Twin};
    twins[0]->other = twins[1];
    twins[1]->other = twins[0];
}

void open_sessions(int count, size_t room) {
    for (int number = 0; number < count; ++number) {
        sessions.push_back({.number = number, .queue_ = {}});
        sessions.back().queue_.reserve(room);
    }
}

void list_documents(int count) {
    Document** next = &first_document;
    for (int number = 0; number < count; ++number) {
        *next = new Document{.id = number, .title = {}, .tags = {}};
        next = &(*next)->next;
    }
}

void forget() {
    EventBus::handlers_ = std::vector<EventBus::Subscription>();
    if (cache != nullptr) {
        delete cache->by_title_.begin()->second;
        for (Document* each : cache->recent_) delete each;
    }
    button = {};
    for (long number = 0; shelf != nullptr && number < shelf->count; ++number) delete shelf->places[number].reader;
    ::operator delete(std::exchange(shelf, nullptr));
    delete cache;
    cache = nullptr;
    registry() = std::vector<std::unique_ptr<Document>>();
    sessions = std::vector<Session>();
    for (; family_count > 0; --family_count) std::exchange(families[family_count - 1], nullptr)->child_.reset();
    if (tree != nullptr) {
        const auto branches = std::move(std::exchange(tree, nullptr)->branches_);
        for (const auto& branch : branches) branch->stem_.reset();
    }
    for (Watchdog*& each : watchdogs)
        if (each != nullptr) std::exchange(std::exchange(each, nullptr)->self_, nullptr).reset();
    for (Twin*& each : twins) delete std::exchange(each, nullptr);
    while (first_document != nullptr) {
        Document* const next = first_document->next;
        delete first_document;
        first_document = next;
    }
}

}  // namespace held
