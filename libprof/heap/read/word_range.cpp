// SPDX-License-Identifier: MIT
//
// Decoding of words: the meaning of each prof_word_kind.
//
// Side: heap, floor 2 (read).
#include "read/words.h"

namespace heapkit::read {
namespace {

// Both halves of a PAIR or SIGNED_PAIR, as the 64-bit word that they were.
uint64_t word_of_halves(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

uint32_t extended(uint32_t half) { return static_cast<uint32_t>(static_cast<int32_t>(static_cast<int16_t>(half))); }

}  // namespace

Word WordRange::Iterator::operator*() const noexcept {
    const uint32_t value = words_->value[entry_];
    Word word = {.offset_bytes = index_at(entry_) * sizeof(uint64_t), .block = {}};
    switch (kind_at(entry_)) {
        case PROF_WORD_BLOCK:
            word.kind = WordKind::block;
            word.block = BlockId(value);
            break;
        case PROF_WORD_INTERIOR:
            word.kind = WordKind::interior;
            word.block = BlockId(value);
            word.into_bytes = index_at(entry_ + 1) << 32 | words_->value[entry_ + 1];
            break;
        case PROF_WORD_END:
            word.kind = WordKind::end;
            word.block = BlockId(value);
            break;
        case PROF_WORD_SELF:
            word.kind = WordKind::self;
            word.into_bytes = value;
            break;
        case PROF_WORD_MODULE:
        case PROF_WORD_STACK:
            word.kind = kind_at(entry_) == PROF_WORD_MODULE ? WordKind::module : WordKind::stack;
            word.value = words_->targets[value];
            break;
        case PROF_WORD_INTEGER:
            word.kind = WordKind::integer;
            word.value = value;
            break;
        case PROF_WORD_PAIR:
            word.kind = WordKind::integer;
            word.value = word_of_halves(value & 0xffff, value >> 16);
            break;
        case PROF_WORD_SIGNED_PAIR:
            word.kind = WordKind::integer;
            word.value = word_of_halves(extended(value & 0xffff), extended(value >> 16));
            break;
        case PROF_WORD_FLAGS:
            word.kind = WordKind::flags;
            word.value = word_of_halves(value & 0xff, value >> 8);
            break;
        default:
            break;
    }
    return word;
}

// Reads the slots alone: what a word means does not matter on the way. Most blocks have a few words, and to look at one
// after the other takes less time than to halve them.
WordRange::Iterator WordRange::from(uint64_t offset_bytes) const noexcept {
    constexpr uint64_t few = 16;
    const auto kind_at = [&](uint64_t entry) { return words_->slot[entry] & ((1u << PROF_WORD_KIND_BITS) - 1); };
    const auto offset_at = [&](uint64_t entry) {
        return uint64_t{words_->slot[entry] >> PROF_WORD_KIND_BITS} * sizeof(uint64_t);
    };
    uint64_t low = begin_, high = end_;
    if (high - low <= few) {
        while (low < high && offset_at(low) < offset_bytes) low += kind_at(low) == PROF_WORD_INTERIOR ? 2 : 1;
        return {*words_, low};
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const bool is_second_entry = middle > low && kind_at(middle) == PROF_WORD_EXTRA;
        if (is_second_entry) --middle;
        if (offset_at(middle) >= offset_bytes) {
            high = middle;
        } else {
            low = middle + (kind_at(middle) == PROF_WORD_INTERIOR ? 2 : 1);
        }
    }
    return {*words_, low};
}

std::optional<Word> WordRange::at(uint64_t offset_bytes) const noexcept {
    const Iterator found = from(offset_bytes);
    if (found == end()) return std::nullopt;
    const Word word = *found;
    return word.offset_bytes == offset_bytes ? std::optional(word) : std::nullopt;
}

std::optional<uint64_t> raw_value(const Word& word, const Blocks& blocks, uint64_t own_address) noexcept {
    switch (word.kind) {
        case WordKind::block:
        case WordKind::interior:
            return blocks.address[word.block.index()] + word.into_bytes;
        case WordKind::end:
            return blocks.address[word.block.index()] + blocks.size_bytes(word.block);
        case WordKind::self:
            return own_address + word.into_bytes;
        case WordKind::module:
        case WordKind::stack:
        case WordKind::integer:
            return word.value;
        case WordKind::flags:
        case WordKind::unknown:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace heapkit::read
