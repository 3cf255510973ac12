// SPDX-License-Identifier: MIT
//
// 64-bit keys to 32-bit values, open addressing: for the millions of addresses and hashes that reading debug
// information asks about.
//
// Side:    heap, floor 3 (symbols).
// Memory:  16 bytes a slot, at most half of them taken after a doubling, three quarters before.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace heapkit::symbols {

// Spreads all bits of `a` and `b` over 64 (the finaliser of MurmurHash3).
constexpr uint64_t mixed(uint64_t a, uint64_t b = 0) noexcept {
    uint64_t hash = a * 0x9e3779b97f4a7c15 + (b ^ b >> 32) * 0xc2b2ae3d27d4eb4f + 1;
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    return hash ^ hash >> 33;
}

class FlatMap {
   public:
    // The value at `key`, and whether it has just been made (then 0). Valid until the next call.
    std::pair<uint32_t*, bool> try_emplace(uint64_t key) {
        if (count_ * 4 >= slots_.size() * 3) grow();
        Slot& slot = slots_[place_of(key)];
        const bool is_new = !slot.is_taken;
        if (is_new) slot = {key, 0, 1}, ++count_;
        return {&slot.value, is_new};
    }
    const uint32_t* find(uint64_t key) const noexcept {
        if (slots_.empty()) return nullptr;
        const Slot& slot = slots_[place_of(key)];
        return slot.is_taken ? &slot.value : nullptr;
    }
    size_t count() const noexcept { return count_; }

   private:
    struct Slot {
        uint64_t key = 0;
        uint32_t value = 0;
        uint32_t is_taken = 0;
    };

    size_t place_of(uint64_t key) const noexcept {
        size_t place = mixed(key) & (slots_.size() - 1);
        while (slots_[place].is_taken && slots_[place].key != key) place = (place + 1) & (slots_.size() - 1);
        return place;
    }
    void grow() {
        std::vector<Slot> before(slots_.empty() ? 64 : slots_.size() * 2);
        before.swap(slots_);
        for (const Slot& slot : before)
            if (slot.is_taken) slots_[place_of(slot.key)] = slot;
    }

    std::vector<Slot> slots_;
    size_t count_ = 0;
};

}  // namespace heapkit::symbols
