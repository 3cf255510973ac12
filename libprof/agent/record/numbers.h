// SPDX-License-Identifier: MIT
//
// Which row of an append-only table has a given content: open addressing, by a hash that the table keeps in its rows.
//
// Side:    agent, floor 2 (record).
// Threads: find() takes no lock; add() under the lock of the table.
// Memory:  room for twice the most rows, mapped at the first of them and touched as they come. 4 bytes a place.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/arena.h"

namespace prof {

template <uint32_t most_rows>
class Numbers {
   public:
    // The number of the row of which `is_it(number)` says so, among those of this hash; 0: none.
    template <class IsIt>
    uint32_t find(uint64_t hash, const IsIt& is_it) const noexcept {
        const std::atomic<uint32_t>* const places = places_.load(std::memory_order_acquire);
        if (places == nullptr) return 0;
        for (uint64_t at = first_of(hash);; at = (at + 1) & mask) {  // ends: at most half of them are taken
            const uint32_t number = places[at].load(std::memory_order_acquire);
            if (number == 0 || is_it(number)) return number;
        }
    }

    // Before a row is added. False: no memory.
    [[nodiscard]] bool reserve() noexcept {
        if (places_.load(std::memory_order_relaxed) != nullptr) return true;
        auto* fresh = static_cast<std::atomic<uint32_t>*>(arena::take((mask + 1) * sizeof(std::atomic<uint32_t>)));
        places_.store(fresh, std::memory_order_release);
        return fresh != nullptr;
    }

    // `number` is not there yet, at most `most_rows` are, and the row is as it will be.
    void add(uint64_t hash, uint32_t number) noexcept {
        std::atomic<uint32_t>* const places = places_.load(std::memory_order_relaxed);
        uint64_t at = first_of(hash);
        while (places[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & mask;
        places[at].store(number, std::memory_order_release);
    }

   private:
    static_assert((most_rows & (most_rows - 1)) == 0);
    static constexpr uint64_t mask = uint64_t{most_rows} * 2 - 1;
    static uint64_t first_of(uint64_t hash) noexcept { return (hash ^ hash >> 32) & mask; }

    std::atomic<std::atomic<uint32_t>*> places_{nullptr};
};

// A hash of bytes, eight at a time.
inline uint64_t hash_bytes(const void* bytes, size_t length, uint64_t seed) noexcept {
    const auto* from = static_cast<const unsigned char*>(bytes);
    uint64_t hash = seed ^ length;
    for (size_t done = 0; done < length; done += 8) {
        const size_t left = length - done;
        uint64_t word = 0;
        if (left >= 8)
            __builtin_memcpy(&word, from + done, 8);
        else
            for (size_t i = 0; i < left; ++i) word |= uint64_t{from[done + i]} << 8 * i;
        hash = (hash ^ word) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 32;
    }
    return hash;
}

}  // namespace prof
