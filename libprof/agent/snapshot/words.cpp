// SPDX-License-Identifier: MIT
//
// Words outside of blocks, and the ends of the columns. Side: agent, floor 3 (snapshot). See words.h; the rules and
// what they were measured on are in docs/decisions/0002-snapshot-words.md.
#include "snapshot/words.h"

#include "snapshot/rows.h"

namespace prof::snapshot {

// What is left of a pool begins before any such part of it.
bool Resolver::in_pool(uint64_t bits, uint32_t owner, Word& word) const noexcept {
    const prof_pool* pool = pool_at(pools_, bits);
    if (pool == nullptr) return false;
    const uint64_t offset = bits - index_.address(pool->block);
    if (pool->block == owner && offset <= UINT32_MAX)
        word = {PROF_WORD_SELF, static_cast<uint32_t>(offset), 0};
    else
        word = {PROF_WORD_INTERIOR, pool->block, offset};
    return true;
}

bool Resolver::outside(uint64_t bits, uint32_t owner, Word& word) const noexcept {
    if (has_pools_ && in_pool(bits, owner, word)) return true;
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
