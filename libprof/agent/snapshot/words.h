// SPDX-License-Identifier: MIT
//
// What a word is, as prof_word_kind has it, and the two columns that keep it.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "record/tables.h"
#include "snapshot/index.h"
#include "snapshot/output.h"
#include "snapshot/targets.h"

namespace prof::snapshot {

// A word, understood. `extra` is the offset that follows an INTERIOR, and the address of a MODULE or STACK word.
struct Word {
    prof_word_kind kind;
    uint32_t value;
    uint64_t extra;
};

inline bool is_pointer(prof_word_kind kind) noexcept { return kind < PROF_WORD_INTEGER; }
inline bool is_block_pointer(prof_word_kind kind) noexcept { return kind <= PROF_WORD_SELF; }

class Resolver {
   public:
    static constexpr uint32_t no_block = UINT32_MAX;

    Resolver(const Index& index, const Ranges& ranges, const Growing<prof_pool>& pools) noexcept
        : index_(index), ranges_(ranges), pools_(pools), has_pools_(pools.size() > 0) {}

    bool may_be_pointer(uint64_t bits) const noexcept { return index_.may_find(bits); }

    // Whether `bits` is an address that is kept. `owner` is the block that the word stands in, or no_block.
    bool pointer(uint64_t bits, uint32_t owner, Word& word) const noexcept {
        const Index::Found found = index_.find(bits);
        switch (found.place) {
            case Index::Place::nowhere:
                return (found.in_range || has_pools_) && outside(bits, owner, word);
            case Index::Place::start:
                word = {found.block == owner ? PROF_WORD_SELF : PROF_WORD_BLOCK, found.block == owner ? 0 : found.block,
                        0};
                return true;
            case Index::Place::end:
                if (found.block == owner && found.offset <= UINT32_MAX) {
                    word = {PROF_WORD_SELF, static_cast<uint32_t>(found.offset), 0};
                } else {
                    word = {PROF_WORD_END, found.block, 0};
                }
                return true;
            case Index::Place::inside:
                if (found.block == owner && found.offset <= UINT32_MAX) {
                    word = {PROF_WORD_SELF, static_cast<uint32_t>(found.offset), 0};
                } else {
                    word = {PROF_WORD_INTERIOR, found.block, found.offset};
                }
                return true;
        }
        return false;
    }

   private:
    bool outside(uint64_t bits, uint32_t owner, Word& word) const noexcept;
    bool in_pool(uint64_t bits, uint32_t owner, Word& word) const noexcept;

    const Index& index_;
    const Ranges& ranges_;
    const Growing<prof_pool>& pools_;
    const bool has_pools_;
};

// Whether `bits` is an integer that is kept. Not asked of zero.
inline bool integer(uint64_t bits, Word& word) noexcept {
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
    if ((byte0 | byte4) < 16 && (byte0 | byte4) != 0) {
        word = {PROF_WORD_FLAGS, byte4 << 8 | byte0, 0};
        return true;
    }
    return false;
}

// The columns WORD_SLOT, WORD_VALUE and WORD_TARGETS.
class WordColumns {
   public:
    WordColumns(Output& output, int spill, bool modules_alone) noexcept
        : output_(output),
          spill_(spill),
          modules_alone_(modules_alone),
          slots_(output, {.id = PROF_SECTION_WORD_SLOT, .element_bytes = 4, .offset = output.end()}),
          values_(output, {.id = PROF_SECTION_WORD_VALUE, .element_bytes = 4, .offset = 0, .spill = spill}) {}

    void put(uint64_t index, const Word& word) noexcept {
        if (modules_alone_ && word.kind != PROF_WORD_MODULE) return;
        if (index >> PROF_WORD_INDEX_BITS != 0 || count_ + 2 >= UINT32_MAX) return tables::lose(PROF_LOSS_WORDS);
        if (word.kind == PROF_WORD_MODULE || word.kind == PROF_WORD_STACK) return put_target(index, word);
        entry(static_cast<uint32_t>(index), word.kind, word.value);
        if (word.kind != PROF_WORD_INTERIOR) return;
        entry(static_cast<uint32_t>(word.extra >> 32), PROF_WORD_EXTRA, static_cast<uint32_t>(word.extra));
    }
    uint64_t count() const noexcept { return count_; }

    // Puts the sections into the file.
    void finish() noexcept;

   private:
    void entry(uint32_t index, prof_word_kind kind, uint32_t value) noexcept {
        slots_.put(index << PROF_WORD_KIND_BITS | kind);
        values_.put(value);
        ++count_;
    }

    void put_target(uint64_t index, const Word& word) noexcept;

    Output& output_;
    int spill_;
    bool modules_alone_;  // pointers to modules are kept, and nothing else
    Targets targets_;
    Column slots_;
    Column values_;
    uint64_t count_ = 0;
};

}  // namespace prof::snapshot
