// SPDX-License-Identifier: MIT
//
// Building the address index. Side: agent, floor 3 (snapshot). See index.h.
#include "snapshot/index.h"

#include "base/arena.h"

namespace prof::snapshot {

namespace {

constexpr size_t leaves_bytes = 1 << 20;

}  // namespace

bool Index::begin(uint64_t block_count, unsigned grain_log2) noexcept {
    grain_log2_ = grain_log2;
    if (block_count >= UINT32_MAX) return false;
    root_ = static_cast<Unit**>(arena::map((size_t{1} << (address_log2 - middle_log2)) * sizeof(Unit*)));
    addresses_ = static_cast<uintptr_t*>(arena::map((block_count + 1) * sizeof(uintptr_t)));
    sizes_ = static_cast<uint32_t*>(arena::map((block_count + 1) * sizeof(uint32_t)));
    return root_ != nullptr && addresses_ != nullptr && sizes_ != nullptr;
}

Index::Unit* Index::make_unit(uintptr_t address) noexcept {
    if (address >> address_log2 != 0) return nullptr;
    Unit*& middle = root_[address >> middle_log2];
    if (middle == nullptr) middle = static_cast<Unit*>(arena::map(units * sizeof(Unit)));
    return middle == nullptr ? nullptr : &middle[(address >> unit_log2) & (units - 1)];
}

uint64_t* Index::make_leaf() noexcept {
    const size_t bytes = leaf_words() * (sizeof(uint64_t) + sizeof(uint16_t));
    if (leaves_left_ < bytes) {
        leaves_ = static_cast<char*>(arena::map(leaves_bytes));
        leaves_left_ = leaves_ == nullptr ? 0 : leaves_bytes;
    }
    if (leaves_ == nullptr) return nullptr;
    char* leaf = leaves_;
    leaves_ += bytes;
    leaves_left_ -= bytes;
    return reinterpret_cast<uint64_t*>(leaf);
}

void Index::rank_leaf(uint64_t* leaf) const noexcept {
    auto* ranks = reinterpret_cast<uint16_t*>(leaf + leaf_words());
    uint32_t rank = 0;
    for (size_t i = 0; i < leaf_words(); ++i) {
        ranks[i] = static_cast<uint16_t>(rank);
        rank += bits_set(leaf[i]);
    }
}

bool Index::add(uintptr_t address, uint64_t size_bytes) noexcept {
    const uintptr_t unit_number = address >> unit_log2;
    if (unit_number != open_unit_) {
        if (open_leaf_ != nullptr) rank_leaf(open_leaf_);
        Unit* unit = make_unit(address);
        open_leaf_ = unit == nullptr ? nullptr : make_leaf();
        if (open_leaf_ == nullptr) return false;
        unit->leaf = open_leaf_;
        unit->before = count_;
        open_unit_ = unit_number;
    }
    const size_t bit = (address & ((1u << unit_log2) - 1)) >> grain_log2_;
    open_leaf_[bit / 64] |= uint64_t{1} << (bit % 64);
    addresses_[count_] = address;
    sizes_[count_] = size_bytes < huge ? static_cast<uint32_t>(size_bytes) : huge;
    if (size_bytes >= huge && !huges_.push({count_, size_bytes})) return false;
    ++count_;
    // Units that the block reaches into, its end included, know that it began before them.
    const uintptr_t end = address + size_bytes;
    const uintptr_t last = (end >> address_log2 == 0 ? end : (uintptr_t{1} << address_log2) - 1) >> unit_log2;
    for (uintptr_t number = unit_number + 1; number <= last; ++number) {
        Unit* unit = make_unit(number << unit_log2);
        if (unit == nullptr) return false;
        unit->before = count_;
    }
    if (address < lowest_) lowest_ = address;
    if (address + size_bytes > highest_) highest_ = address + size_bytes;
    return true;
}

void Index::finish() noexcept {
    if (open_leaf_ != nullptr) rank_leaf(open_leaf_);
    open_leaf_ = nullptr;
    span_ = lowest_ <= highest_ ? highest_ - lowest_ + 1 : 0;
}

void Index::reach(uintptr_t end) noexcept {
    if (end > highest_) highest_ = end;
}

bool Index::mark(uintptr_t start, uintptr_t end) noexcept {
    if (start >= end || end >> address_log2 != 0) return false;
    for (uintptr_t number = start >> unit_log2; number <= (end - 1) >> unit_log2; ++number) {
        Unit* unit = make_unit(number << unit_log2);
        if (unit == nullptr) return false;
        unit->in_range = 1;
    }
    if (start < lowest_) lowest_ = start;
    if (end - 1 > highest_) highest_ = end - 1;
    span_ = highest_ - lowest_ + 1;
    return true;
}

uint32_t Index::first_from(uintptr_t address) const noexcept {
    uint32_t low = 0, high = count_;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (addresses_[middle] < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

}  // namespace prof::snapshot
