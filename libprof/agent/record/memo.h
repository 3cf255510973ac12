// SPDX-License-Identifier: MIT
//
// The verified memo: the last stack that a thread walked, kept so that the next walk can stop where the two meet.
//
// Between two allocations only the innermost frames change. But "the same return address at the same place" proves
// nothing about the frames further out: a function may have returned and been called again from elsewhere, leaving
// the inner part as it was. So where a walk meets the memo at (pc, CFA, rbp), *every* word that the rest of the walk
// would read is read again: each return address, each saved rbp, each realigned frame's link. If all are unchanged,
// the walk would take the same steps, and the rest is the same stack, exactly. Four instructions a word instead of
// forty a frame. Looking at some of the words would be cheaper, and wrong.
//
//   frames:  outermost … innermost, stack_pointer falling; frame i's walk outward reads words [0, words_end)
//   words:   where a word stands, and what it must hold
//
// Side:    agent, floor 2 (record).
// Threads: each thread has its own. Only frames of its native stack are kept: the words above the current stack
//          pointer are mapped there, always; on another stack they may be gone.
#pragma once

#include <cstdint>

#include "stack_word.h"

namespace prof {

struct Frame {
    uint64_t pc;
    uint64_t stack_pointer;  // while at pc
    uint64_t frame_pointer;
    uint32_t node;
    uint32_t stack;          // 0: not a leaf so far
    uint32_t words_end;
    uint32_t unused;
};

struct Word {
    const uint64_t* at;
    uint64_t value;
};

// The tests build a memo that trusts a look at the nearest words, to show that the oracle would notice.
#ifdef PROF_TEST_FEW_WORDS
inline constexpr bool weakened = true;
#else
inline constexpr bool weakened = false;
#endif
inline constexpr uint32_t few_words = 16;

class Memo {
   public:
    static constexpr unsigned padding_words = 4;  // words that always hold, so that four can be checked at a time

    Frame* frames = nullptr;    // frames[0] is a sentinel that no walk can meet
    Word* words = nullptr;      // after padding_words of padding
    uint32_t depth = 0;         // frames[1..depth]
    uint32_t capacity = 0;
    uint64_t epoch = 0;

    // Where the words of `frame` and all further out begin to differ: 0 when they do not, else index + 1.
    uint32_t first_difference(const Frame& frame) const noexcept {
        const Word* word = words + frame.words_end;
        const Word* last = weakened && frame.words_end > few_words ? word - few_words : words;
        for (; word > last; word -= 4) {
            if (differs(word[-1]) | differs(word[-2]) | differs(word[-3]) | differs(word[-4])) [[unlikely]]
                return exact_difference(static_cast<uint32_t>(word - words));
        }
        return 0;
    }

   private:
    static uint64_t differs(const Word& word) noexcept {
        return stack_word(word.at) ^ word.value;
    }
    uint32_t exact_difference(uint32_t end) const noexcept {
        while (end > 0 && differs(words[end - 1]) == 0) --end;
        return end;
    }
};

}  // namespace prof
