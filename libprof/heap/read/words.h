// SPDX-License-Identifier: MIT
//
// The kept words of one block or root, one by one, with their two-entry forms put together: what prof_word_kind means
// is said here and nowhere else.
//
// Side:    heap, floor 2 (read). After Snapshot::words() nothing needs to be checked again.
// Threads: free functions over const data.
// Memory:  none.
//
//     for (const read::Word& word : read::words_of(words, block))
//         if (word.kind == read::WordKind::block) follow(word.block);
//
// Words that are not there were zero, text, or a large integer (docs/decisions/0002-snapshot-words.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "read/snapshot.h"

namespace heapkit::read {

enum class WordKind : uint8_t {
    block,     // points at the start of `block`
    interior,  // points into `block`, at byte `into_bytes`; beyond the requested bytes too, into the slack
    end,       // points one past the requested bytes of `block`, where no other block starts
    self,      // points into its own block (or root), at byte `into_bytes`, or one past its end
    module,    // `value` is an address in a module
    stack,     // `value` is an address in a thread's stack
    integer,   // `value` is the word
    flags,     // of `value` only bytes 0 and 4 are known, both below 16
    unknown,   // a kind of a later minor version
};

struct Word {
    uint64_t offset_bytes = 0;  // of the word, in its block or root
    WordKind kind = WordKind::unknown;
    BlockId block;            // block, interior, end: what is pointed at
    uint64_t into_bytes = 0;  // interior, self: where in it
    uint64_t value = 0;       // module, stack, integer, flags
};

// The words of one block or root, in ascending order of their offsets.
class WordRange {
   public:
    class Iterator {
       public:
        using value_type = Word;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        Iterator() = default;
        Iterator(const Words& words, uint64_t entry) noexcept : words_(&words), entry_(entry) {}
        Word operator*() const noexcept;
        Iterator& operator++() noexcept {
            entry_ += kind_at(entry_) == PROF_WORD_INTERIOR ? 2 : 1;
            return *this;
        }
        Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.entry_ == b.entry_; }

       private:
        uint32_t kind_at(uint64_t entry) const noexcept {
            return words_->slot[entry] & ((1u << PROF_WORD_KIND_BITS) - 1);
        }
        uint64_t index_at(uint64_t entry) const noexcept { return words_->slot[entry] >> PROF_WORD_KIND_BITS; }

        const Words* words_ = nullptr;
        uint64_t entry_ = 0;
    };

    WordRange(const Words& words, uint64_t begin, uint64_t end) noexcept : words_(&words), begin_(begin), end_(end) {}
    Iterator begin() const noexcept { return {*words_, begin_}; }
    Iterator end() const noexcept { return {*words_, end_}; }

    // The first word at a byte offset or behind it, found by halving: for those who want some words of a large block.
    Iterator from(uint64_t offset_bytes) const noexcept;
    // The word at a byte offset.
    std::optional<Word> at(uint64_t offset_bytes) const noexcept;

   private:
    const Words* words_;
    uint64_t begin_, end_;
};

inline WordRange words_of(const Words& words, BlockId block) noexcept {
    const size_t index = block.index();
    return {words, index == 0 ? 0 : words.block_end[index - 1], words.block_end[index]};
}
inline WordRange words_of(const Words& words, const prof_root& root) noexcept {
    return {words, root.words_begin, root.words_end};
}

// What the memory itself held, the address of what is pointed at; nothing when that is not known (flags, later kinds).
// `own_address` is where the block or root with this word lies. For those who read a number: in a program at a fixed
// address a number may look like a pointer.
std::optional<uint64_t> raw_value(const Word& word, const Blocks& blocks, uint64_t own_address) noexcept;

}  // namespace heapkit::read
