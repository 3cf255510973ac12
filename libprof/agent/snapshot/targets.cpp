// SPDX-License-Identifier: MIT
//
// Ranges and targets. Side: agent, floor 3 (snapshot). See targets.h.
#include "snapshot/targets.h"

namespace prof::snapshot {

bool Ranges::add(uintptr_t start, uintptr_t end, prof_word_kind kind) noexcept {
    return start >= end || ranges_.push({start, end, kind});
}

// Few ranges, mostly in order already: insertion is right.
void Ranges::sort() noexcept {
    for (size_t i = 1; i < ranges_.size(); ++i) {
        const Range moved = ranges_[i];
        size_t at = i;
        for (; at > 0 && ranges_[at - 1].start > moved.start; --at) ranges_[at] = ranges_[at - 1];
        ranges_[at] = moved;
    }
}

prof_word_kind Ranges::kind_at(uintptr_t address) const noexcept {
    size_t low = 0, high = ranges_.size();
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (ranges_[middle].end <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ranges_.size() && ranges_[low].start <= address ? ranges_[low].kind : PROF_WORD_EXTRA;
}

namespace {

uint32_t hash_of(uint64_t address) noexcept {
    const uint64_t mixed = address * PROF_CHECKSUM_PRIME;
    return static_cast<uint32_t>(mixed >> 32);
}

}  // namespace

bool Targets::grow() noexcept {
    const uint32_t wanted = slot_count_ == 0 ? 4096 : slot_count_ * 2;
    auto* fresh = static_cast<uint32_t*>(arena::map(wanted * sizeof(uint32_t)));
    if (fresh == nullptr) return false;
    for (uint32_t number = 0; number < addresses_.size(); ++number) {
        uint32_t at = hash_of(addresses_[number]) & (wanted - 1);
        while (fresh[at] != 0) at = (at + 1) & (wanted - 1);
        fresh[at] = number + 1;
    }
    if (slots_ != nullptr) arena::unmap(slots_, slot_count_ * sizeof(uint32_t));
    slots_ = fresh;
    slot_count_ = wanted;
    return true;
}

uint32_t Targets::number_of(uint64_t address) noexcept {
    if (addresses_.size() * 2 >= slot_count_ && !grow()) return none;
    uint32_t at = hash_of(address) & (slot_count_ - 1);
    for (; slots_[at] != 0; at = (at + 1) & (slot_count_ - 1)) {
        if (addresses_[slots_[at] - 1] == address) return slots_[at] - 1;
    }
    if (addresses_.size() >= most || !addresses_.push(address)) return none;
    slots_[at] = static_cast<uint32_t>(addresses_.size());
    return slots_[at] - 1;
}

}  // namespace prof::snapshot
