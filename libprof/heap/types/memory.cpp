// SPDX-License-Identifier: MIT
//
// See memory.h.
//
// Side: heap, floor 4 (types).
#include "types/memory.h"

#include <algorithm>

namespace heapkit::types {

using read::Word;
using read::WordKind;

namespace {

constexpr uint64_t word_bytes = 8;
constexpr int steps_before_halving = 16;
constexpr uint64_t small_block_bytes = 128;

// The bytes of a word that are known: those of `flags` are byte 0 and byte 4.
uint64_t part_of(uint64_t value, uint64_t shift_bytes, uint64_t size_bytes) {
    const uint64_t shifted = value >> (shift_bytes * 8);
    return size_bytes >= word_bytes ? shifted : shifted & ((uint64_t{1} << (size_bytes * 8)) - 1);
}

}  // namespace

Memory::Memory(const read::Blocks& blocks, const read::Words& words) : blocks_(blocks), words_(words) {
    for (size_t index = 0; index < words.roots.size(); ++index)
        if (words.roots[index].kind != PROF_ROOT_REGISTERS && words.roots[index].kind != PROF_ROOT_IN_FLIGHT)
            roots_.push_back({words.roots[index].address, static_cast<uint32_t>(index)});
    std::sort(roots_.begin(), roots_.end(), [](auto& a, auto& b) { return a.address < b.address; });
}

read::WordRange Memory::words_of(const Place& place) const noexcept {
    return place.is_root ? read::words_of(words_, words_.roots[place.index])
                         : read::words_of(words_, BlockId(place.index));
}

uint64_t Memory::address_of(const Place& place) const noexcept {
    return (place.is_root ? words_.roots[place.index].address : blocks_.address[place.index]) + place.offset_bytes;
}

uint64_t Memory::area_bytes(const Place& place) const noexcept {
    return place.is_root ? words_.roots[place.index].bytes : blocks_.size_bytes(BlockId(place.index));
}

// The first word at a place or behind it: in a large area a few steps from the one before, or by halving.
read::WordRange::Iterator Memory::seek(const Place& place) const {
    const read::WordRange range = words_of(place);
    if (!place.is_root && blocks_.size_bytes(BlockId(place.index)) <= small_block_bytes)
        return range.from(place.offset_bytes);
    const bool is_ahead =
        last_.is_root == place.is_root && last_.index == place.index && last_.offset_bytes <= place.offset_bytes;
    if (is_ahead) {
        auto at = last_found_;
        for (int step = 0; step < steps_before_halving; ++step, ++at)
            if (at == range.end() || (*at).offset_bytes >= place.offset_bytes) return last_ = place, last_found_ = at;
    }
    last_ = place;
    return last_found_ = range.from(place.offset_bytes);
}

std::optional<Word> Memory::word_at(const Place& place) const {
    const auto found = seek(place);
    if (found == words_of(place).end()) return std::nullopt;
    const Word word = *found;
    return word.offset_bytes == place.offset_bytes ? std::optional(word) : std::nullopt;
}

std::optional<Place> Memory::pointer_at(const Place& place) const {
    const auto word = word_at(place);
    if (!word) return std::nullopt;
    switch (word->kind) {
        case WordKind::block:
        case WordKind::interior:
            return Place{false, word->block.value, word->into_bytes};
        case WordKind::end:
            return Place{false, word->block.value, blocks_.size_bytes(word->block)};
        case WordKind::self:
            return Place{place.is_root, place.index, word->into_bytes};
        case WordKind::module:
        case WordKind::stack:
            return root_place(word->value);
        default:
            return std::nullopt;
    }
}

uint64_t Memory::address_in(const Place& place) const {
    const auto word = word_at(place);
    if (!word) return 0;
    return read::raw_value(*word, blocks_, address_of({place.is_root, place.index, 0})).value_or(0);
}

uint64_t Memory::number_at(const Place& place, uint64_t size_bytes) const {
    const uint64_t shift = place.offset_bytes % word_bytes;
    const Place whole = {place.is_root, place.index, place.offset_bytes - shift};
    const auto word = word_at(whole);
    if (!word) return 0;
    if (word->kind == WordKind::flags) return part_of(word->value, shift, std::min<uint64_t>(size_bytes, 1));
    return part_of(read::raw_value(*word, blocks_, address_of({place.is_root, place.index, 0})).value_or(0), shift,
                   size_bytes);
}

std::optional<Place> Memory::root_place(uint64_t address) const {
    auto next = std::upper_bound(roots_.begin(), roots_.end(), address,
                                 [](uint64_t value, const RootStart& root) { return value < root.address; });
    if (next == roots_.begin()) return std::nullopt;
    const RootStart root = *--next;
    if (address - root.address >= words_.roots[root.index].bytes) return std::nullopt;
    return Place{true, root.index, address - root.address};
}

}  // namespace heapkit::types
