// SPDX-License-Identifier: MIT
//
// An append-only array whose elements never move: segments that double in size, so that twenty pointers are the whole
// index, a small process pays for a small table, and a reader needs no lock.
//
//   segment 0: elements 0 .. 2^F-1 | segment 1: the next 2^F | segment 2: the next 2^(F+1) | …
//
// Side:    agent, floor 2 (record).
// Threads: reserve() by one writer at a time; at() by anyone, for an element whose index was published to them.
// Memory:  zeroed mappings, never given back; of an area that others read, as long as it has room, else of the arena.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/area.h"
#include "base/arena.h"

namespace prof {

template <class T, unsigned first_log2>
class Segments {
   public:
    // Six instructions: a segment is found by where its element 0 would be if it began with that.
    T& at(uint32_t index) noexcept {
        return reinterpret_cast<T*>(origin_[number_of(index)].load(std::memory_order_acquire))[index];
    }

    // Makes room for element `index`. False: no memory.
    [[nodiscard]] bool reserve(uint32_t index) noexcept {
        unsigned number = number_of(index);
        if (origin_[number].load(std::memory_order_relaxed) != 0) return true;
        size_t bytes = (size_t{1} << log2_of(number)) * sizeof(T);
        void* shared = area_ != nullptr ? area_->take(bytes) : nullptr;
        void* fresh = shared != nullptr ? shared : arena::take(bytes);
        if (fresh == nullptr) return false;
        const size_t before = size_t{first_of(number)} * sizeof(T);
        origin_[number].store(reinterpret_cast<uintptr_t>(fresh) - before, std::memory_order_release);
        return true;
    }

    static constexpr size_t first_bytes = sizeof(T) << first_log2;

    // Before the first element is reserved.
    void live_in(Area& area) noexcept { area_ = &area; }
    // In a copy of the process: elements are those of `copy`, an array.
    void read_from(T* copy) noexcept {
        for (std::atomic<uintptr_t>& origin : origin_)
            if (origin.load(std::memory_order_relaxed) != 0)
                origin.store(reinterpret_cast<uintptr_t>(copy), std::memory_order_relaxed);
    }

   private:
    static constexpr unsigned segment_count = 33 - first_log2;
    static unsigned number_of(uint32_t index) noexcept {
        constexpr uint32_t in_first = (uint32_t{1} << first_log2) - 1;
        return static_cast<unsigned>(std::bit_width(index | in_first)) - first_log2;
    }
    static uint32_t first_of(unsigned number) noexcept {
        return number == 0 ? 0 : uint32_t{1} << (first_log2 + number - 1);
    }
    static unsigned log2_of(unsigned number) noexcept { return number == 0 ? first_log2 : first_log2 + number - 1; }

    std::atomic<uintptr_t> origin_[segment_count]{};
    Area* area_ = nullptr;
};

}  // namespace prof
