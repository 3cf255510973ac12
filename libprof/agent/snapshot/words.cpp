// SPDX-License-Identifier: MIT
//
// The kinds of words that are not pointers to blocks. Side: agent, floor 3 (snapshot). See words.h; the rules and
// what they were measured on are in docs/decisions/0002-snapshot-words.md.
#include "snapshot/words.h"

namespace prof::snapshot {

bool Resolver::outside(uint64_t bits, Word& word) const noexcept {
    word = {ranges_.kind_at(bits), 0, bits};
    return word.kind != PROF_WORD_EXTRA;
}

void WordColumns::put_target(uint64_t index, const Word& word) noexcept {
    const uint32_t number = targets_.number_of(word.extra);
    if (number == Targets::none) return tables::lose(PROF_LOSS_WORDS);
    entry(static_cast<uint32_t>(index), word.kind, number);
}

bool integer(uint64_t bits, Word& word) noexcept {
    const auto low = static_cast<uint32_t>(bits), high = static_cast<uint32_t>(bits >> 32);
    if (high == 0) {
        word = {PROF_WORD_INTEGER, low, 0};
        return true;
    }
    if (low < 0x10000 && high < 0x10000) {
        word = {PROF_WORD_PAIR, high << 16 | low, 0};
        return true;
    }
    const auto signed_low = static_cast<int32_t>(low), signed_high = static_cast<int32_t>(high);
    if (signed_low == static_cast<int16_t>(low) && signed_high == static_cast<int16_t>(high)) {
        word = {PROF_WORD_SIGNED_PAIR, (high & 0xffff) << 16 | (low & 0xffff), 0};
        return true;
    }
    const uint32_t byte0 = low & 0xff, byte4 = high & 0xff;
    if (byte0 < 16 && byte4 < 16 && (byte0 | byte4) != 0) {
        word = {PROF_WORD_FLAGS, byte4 << 8 | byte0, 0};
        return true;
    }
    return false;
}

void WordColumns::finish() noexcept {
    const prof_section slots = slots_.finish();
    output_.grown_to(slots.offset + slots.element_count * slots.element_bytes);
    output_.add(slots);
    prof_section values = values_.finish();
    values.offset = output_.take_spill(spill_, values.element_count * values.element_bytes);
    output_.add(values);
    output_.put(PROF_SECTION_WORD_TARGETS, sizeof(uint64_t), targets_.all().data(), targets_.all().size());
}

}  // namespace prof::snapshot
