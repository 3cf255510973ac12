// SPDX-License-Identifier: MIT
//
// An array that doubles, for the tables that a snapshot builds on its way to the file.
//
// Side:    agent, floor 3 (snapshot). Child of a snapshot only: one thread, ends with the process.
// Memory:  mappings of its own (base/arena.h). A push that finds no memory is dropped and says so.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.h"

namespace prof::snapshot {

template <class T>
class Growing {
   public:
    bool push(const T& value) noexcept {
        if (count_ == capacity_ && !grow(count_ + 1)) return false;
        data_[count_++] = value;
        return true;
    }
    bool append(const T* values, size_t count) noexcept {
        if (count_ + count > capacity_ && !grow(count_ + count)) return false;
        __builtin_memcpy(data_ + count_, values, count * sizeof(T));
        count_ += count;
        return true;
    }
    bool reserve(size_t count) noexcept { return count <= capacity_ || grow(count); }
    void pop_to(size_t count) noexcept { count_ = count; }

    T& operator[](size_t i) noexcept { return data_[i]; }
    const T& operator[](size_t i) const noexcept { return data_[i]; }
    const T* data() const noexcept { return data_; }
    size_t size() const noexcept { return count_; }
    T* begin() noexcept { return data_; }
    T* end() noexcept { return data_ + count_; }
    const T* begin() const noexcept { return data_; }
    const T* end() const noexcept { return data_ + count_; }

   private:
    bool grow(size_t at_least) noexcept {
        size_t wanted = capacity_ == 0 ? 4096 / sizeof(T) + 1 : capacity_ * 2;
        if (wanted < at_least) wanted = at_least;
        T* fresh = static_cast<T*>(arena::map(wanted * sizeof(T)));
        if (fresh == nullptr) return false;
        if (data_ != nullptr) {
            __builtin_memcpy(fresh, data_, count_ * sizeof(T));
            arena::unmap(data_, capacity_ * sizeof(T));
        }
        data_ = fresh;
        capacity_ = wanted;
        return true;
    }

    T* data_ = nullptr;
    size_t count_ = 0;
    size_t capacity_ = 0;
};

}  // namespace prof::snapshot
