// SPDX-License-Identifier: MIT
//
// Two lists in address order become one. Side: agent, floor 3 (snapshot). See rows.h.
#include "snapshot/rows.h"

namespace prof::snapshot {

namespace {

constexpr uintptr_t address_end = uintptr_t{1} << 47;
constexpr uintptr_t word_bytes = 8;

constexpr uintptr_t up(uintptr_t address) noexcept { return (address + word_bytes - 1) & ~(word_bytes - 1); }

}  // namespace

Rows::Rows(const Growing<tables::Block>& in_flight, const Maps& maps) noexcept : blocks_(in_flight), maps_(maps) {
    next_block();
    next_reported();
}

bool Rows::is_mapped(const pools::Reported& one) noexcept {
    if (one.address >= mapped_.start && one.address < mapped_.end) return true;
    mapped_ = {0, 0};
    const prof_map* map = maps_.at(one.address);
    if (map == nullptr) return false;
    arena::Extent around{map->start, map->end};
    for (size_t i = 0; i < arena::extent_count(); ++i) {
        const arena::Extent ours = arena::extent(i);
        if (one.address >= ours.start && one.address < ours.end) return false;
        if (ours.end <= one.address && ours.end > around.start) around.start = ours.end;
        if (ours.start > one.address && ours.start < around.end) around.end = ours.start;
    }
    mapped_ = around;
    return true;
}

void Rows::next_reported() noexcept {
    if (!pools::any()) return;
    uintptr_t from = has_one_ ? one_.address + 1 : 0;
    while ((has_one_ = pools::next(from, address_end, one_))) {
        from = one_.address + 1;
        if (one_.is_freed) continue;
        if (is_mapped(one_)) return;
        ++dropped_;
    }
}

void Rows::drop_reported() noexcept {
    ++dropped_;
    next_reported();
}

Row Rows::put_reported() noexcept {
    const Row row{.block = {.address = one_.address,
                            .size_bytes = one_.record.size_bytes,
                            .stack = one_.record.stack,
                            .birth = one_.record.birth,
                            .thread = one_.record.thread},
                  .kind = Row::Kind::reported};
    last_start_ = one_.address;
    done_to_ = one_.end();
    ++count_;
    next_reported();
    return row;
}

// Whether it can lie in the block of malloc that is next.
bool Rows::fits() const noexcept {
    const uintptr_t end = block_.address + block_.size_bytes;
    return one_.address >= block_.address && one_.end() <= end && one_.record.birth >= block_.birth;
}

// What is left of the pool up to `end`, once.
bool Rows::put_rest(uintptr_t end, Row& row) noexcept {
    const uintptr_t start = up(done_to_);
    if (pool_.block != PROF_POOL_NO_BLOCK || start >= end) return false;
    pool_.block = count_++;
    row = {.block = block_, .kind = Row::Kind::rest};
    row.block.address = last_start_ = start;
    row.block.size_bytes = end - start;
    done_to_ = end;
    return true;
}

bool Rows::next_in_pool(Row& row) noexcept {
    const uintptr_t end = block_.address + block_.size_bytes;
    while (has_one_ && one_.address < end) {
        if (!fits() || one_.address < done_to_) {
            drop_reported();
            continue;
        }
        if (put_rest(one_.address, row)) return true;
        pool_.own_bytes -= one_.record.size_bytes;
        row = put_reported();
        return true;
    }
    if (put_rest(end, row)) return true;
    pool_.end_block = count_;
    if (!pools_.push(pool_)) ++unlisted_;
    in_pool_ = false;
    done_to_ = end;
    next_block();
    return false;
}

bool Rows::next(Row& row) noexcept {
    for (;;) {
        if (in_pool_) {
            if (next_in_pool(row)) return true;
            continue;
        }
        const bool is_reported_first = has_one_ && (!has_block_ || one_.address < block_.address);
        if (is_reported_first) {
            const bool is_alone =
                one_.address >= done_to_ && one_.address > last_start_ && (!has_block_ || one_.end() <= block_.address);
            if (is_alone) return row = put_reported(), true;
            drop_reported();
        } else if (!has_block_) {
            return false;
        } else if (has_one_ && one_.address < block_.address + block_.size_bytes) {
            if (!fits()) {
                drop_reported();
                continue;
            }
            in_pool_ = true;
            done_to_ = block_.address;
            pool_ = {.address = block_.address,
                     .bytes = block_.size_bytes,
                     .own_bytes = block_.size_bytes,
                     .first_block = count_,
                     .end_block = count_,
                     .block = PROF_POOL_NO_BLOCK,
                     .slack = 0};
        } else {
            row = {.block = block_, .kind = Row::Kind::malloced};
            last_start_ = block_.address;
            done_to_ = block_.address + block_.size_bytes;
            ++count_;
            next_block();
            return true;
        }
    }
}

const prof_pool* pool_at(const Growing<prof_pool>& pools, uint64_t word) noexcept {
    size_t low = 0, high = pools.size();
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (pools[middle].address <= word) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return nullptr;
    const prof_pool& pool = pools[low - 1];
    return word - pool.address < pool.bytes && pool.block != PROF_POOL_NO_BLOCK ? &pool : nullptr;
}

}  // namespace prof::snapshot
