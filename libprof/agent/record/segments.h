// SPDX-License-Identifier: MIT
//
// An append-only array whose elements never move: segments that double in size, so that twenty pointers are the whole
// index, a small process pays for a small table, and a reader needs no lock.
//
//   segment 0: elements 0 .. 2^F-1 | segment 1: the next 2^F | segment 2: the next 2^(F+1) | …
//
// Side:    agent, floor 2 (record).
// Threads: reserve() by one writer at a time; at() by anyone, for an element whose index was published to them.
// Memory:  zeroed mappings, never given back.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/arena.h"

namespace prof {

template <class T, unsigned first_log2>
class Segments {
   public:
    T& at(uint32_t index) noexcept {
        unsigned number = number_of(index);
        return segment_[number].load(std::memory_order_acquire)[index - first_of(number)];
    }

    // Makes room for element `index`. False: no memory.
    [[nodiscard]] bool reserve(uint32_t index) noexcept {
        unsigned number = number_of(index);
        if (segment_[number].load(std::memory_order_relaxed) != nullptr) return true;
        auto* fresh = static_cast<T*>(arena::take((size_t{1} << log2_of(number)) * sizeof(T)));
        if (fresh == nullptr) return false;
        segment_[number].store(fresh, std::memory_order_release);
        return true;
    }

   private:
    static constexpr unsigned segment_count = 33 - first_log2;
    static unsigned number_of(uint32_t index) noexcept {
        return static_cast<unsigned>(std::bit_width(index >> first_log2));
    }
    static uint32_t first_of(unsigned number) noexcept {
        return number == 0 ? 0 : uint32_t{1} << (first_log2 + number - 1);
    }
    static unsigned log2_of(unsigned number) noexcept { return number == 0 ? first_log2 : first_log2 + number - 1; }

    std::atomic<T*> segment_[segment_count]{};
};

}  // namespace prof
