// SPDX-License-Identifier: MIT
//
// A line or a path, joined from parts in a buffer of fixed size. Too long: cut off, and is_whole() says so.
//
// Side:    agent, floor 1 (base).
// Signals: async-signal-safe; Memory: the object itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/log.h"

namespace prof {

template <size_t capacity>
class Text {
   public:
    Text& add(const char* part) noexcept {
        while (*part != '\0') add(*part++);
        return *this;
    }
    Text& add(char character) noexcept {
        if (used_ + 1 >= capacity) {
            whole_ = false;
            return *this;
        }
        data_[used_++] = character;
        data_[used_] = '\0';
        return *this;
    }
    Text& add_number(uint64_t value) noexcept {
        char buffer[24];
        return add(digits(value, buffer));
    }
    void clear() noexcept {
        used_ = 0;
        data_[0] = '\0';
        whole_ = true;
    }

    const char* c_str() const noexcept { return data_; }
    size_t length() const noexcept { return used_; }
    bool is_whole() const noexcept { return whole_; }

   private:
    size_t used_ = 0;
    bool whole_ = true;
    char data_[capacity] = {};
};

using Path = Text<1024>;

inline bool same_text(const char* a, const char* b) noexcept {
    while (*a != '\0' && *a == *b) ++a, ++b;
    return *a == *b;
}

inline bool starts_with(const char* text, const char* start) noexcept {
    while (*start != '\0' && *text == *start) ++text, ++start;
    return *start == '\0';
}

inline const char* base_name(const char* path) noexcept {
    const char* name = path;
    for (const char* at = path; *at != '\0'; ++at) {
        if (*at == '/') name = at + 1;
    }
    return name;
}

}  // namespace prof
