// SPDX-License-Identifier: MIT
//
// Words outside of blocks, and the ends of the columns. Side: agent, floor 3 (snapshot). See words.h; the rules and
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
