// SPDX-License-Identifier: MIT
//
// A program whose waste is known: 4,812 copies of one text, vectors that are empty or too large, holes in classes, a
// buffer that is never touched, and a block left on each page of many.
//
// Side: tests, for waste.py.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Document {
    std::string mime_type_ = "application/octet-stream; charset=x";  // 35 characters: a block of 36 bytes
    bool is_open_ = false;
    std::string* title_ = nullptr;
    bool is_dirty_ = false;
};

struct Base {
    virtual ~Base() = default;
    int kind_ = 1;
};
struct Session : Base {  // in the tail of Base: active_, no hole before it
    char active_ = 1;
    double since_ = 0;
    short port_ = 80;
    unsigned low_ : 3 = 1, high_ : 7 = 2;
    long sent_ = 0;
};

struct alignas(64) Counter {
    long count_ = 0;
};
#pragma pack(push, 1)
struct Packet {
    char kind_;
    long length_;
};
#pragma pack(pop)
struct Either {
    char tag_;
    union {
        int small_;
        double large_;
    };
    char last_;
};

struct Cache {
    std::vector<std::unique_ptr<Document>> documents_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::vector<std::unique_ptr<Counter>> counters_;
    std::vector<std::unique_ptr<Packet>> packets_;
    std::vector<std::unique_ptr<Either>> eithers_;
    std::vector<std::vector<int>> emptied_;
    std::vector<double> oversized_;
    char* untouched_ = nullptr;
    std::vector<char*> leftovers_;
};
Cache* const cache = new Cache;  // never destroyed: the snapshot is taken at the end

}  // namespace

int main() {
    for (int i = 0; i < 4812; ++i) cache->documents_.push_back(std::make_unique<Document>());
    for (int i = 0; i < 100; ++i) {
        cache->sessions_.emplace_back(new Session);
        cache->counters_.emplace_back(new Counter);
        cache->packets_.emplace_back(new Packet{1, 2});
        cache->eithers_.emplace_back(new Either{1, {2}, 3});
        cache->emptied_.emplace_back(1000, 7);
        cache->emptied_.back().clear();
    }
    cache->oversized_.reserve(100'000);
    for (int i = 0; i < 10; ++i) cache->oversized_.push_back(i);
    cache->untouched_ = static_cast<char*>(std::malloc(16 << 20));
    std::vector<char*> all;
    for (int i = 0; i < 40'000; ++i) {
        all.push_back(static_cast<char*>(std::malloc(120)));
        std::memset(all.back(), i % 251 + 1, 120);
    }
    for (size_t i = 0; i < all.size(); ++i) {
        if (i % 64 == 0) {
            std::memcpy(all[i], &i, sizeof i);
            cache->leftovers_.push_back(all[i]);
        } else {
            std::free(all[i]);
        }
    }
}
