// SPDX-License-Identifier: MIT
//
// Copies of names that the program gave: a library that declared a type may be unloaded, a name may stand in a buffer.
//
// Side:    agent, floor 2 (record).
// Threads: keep() under the lock of the table that it is for; what it returned may be read by anyone.
// Memory:  of the arena, never given back; `most_bytes` of each table's names at most.
#pragma once

#include <cstddef>

#include "base/arena.h"

namespace prof {

class Texts {
   public:
    static constexpr size_t most_bytes = size_t{64} << 20;

    // Ends with a NUL. Null: no memory, or the bound is reached.
    const char* keep(const char* text, size_t length) noexcept {
        if (length >= most_bytes - taken_bytes_) return nullptr;
        if (length >= left_ && !begin_chunk(length + 1)) return nullptr;
        char* const copy = next_;
        __builtin_memcpy(copy, text, length);
        copy[length] = '\0';
        next_ += length + 1, left_ -= length + 1, taken_bytes_ += length + 1;
        return copy;
    }

   private:
    static constexpr size_t chunk_bytes = 16 << 10;

    bool begin_chunk(size_t least) noexcept {
        const size_t bytes = least > chunk_bytes ? least : chunk_bytes;
        auto* fresh = static_cast<char*>(arena::take(bytes));
        if (fresh == nullptr) return false;
        next_ = fresh;
        left_ = bytes;
        return true;
    }

    char* next_ = nullptr;
    size_t left_ = 0, taken_bytes_ = 0;
};

}  // namespace prof
