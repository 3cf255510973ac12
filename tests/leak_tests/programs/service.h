// SPDX-License-Identifier: MIT
//
// What the leak tests test: a small service with a registry of sessions and a cache of documents, each with the mistake
// or without it.
//
// Side: tests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace service {

struct Session {
    std::string user;
    std::shared_ptr<Session> peer;
};

class Registry {
   public:
    explicit Registry(bool forgets) : forgets_(forgets) {}
    void serve(int id) {
        auto session = std::make_unique<Session>();
        session->user = "user number " + std::to_string(id) + " of the service";
        sessions_.push_back(std::move(session));
        if (forgets_) sessions_.pop_back();
    }

   private:
    const bool forgets_;
    std::vector<std::unique_ptr<Session>> sessions_;
};

class DocumentCache {
   public:
    explicit DocumentCache(size_t most) : most_(most) {}
    void load(int id) {
        docs_[id] = "the text of document number " + std::to_string(id);
        if (docs_.size() > most_) docs_.erase(docs_.begin());
    }

   private:
    const size_t most_;
    std::map<int, std::string> docs_;
};

// Two that own each other: nobody frees them.
inline void talk(bool weak) {
    auto one = std::make_shared<Session>(), other = std::make_shared<Session>();
    one->user = "a caller with a name too long to lie in the string itself";
    one->peer = other;
    if (!weak) other->peer = one;
}

inline std::string report(size_t bytes) { return std::string(bytes, '.'); }

}  // namespace service
