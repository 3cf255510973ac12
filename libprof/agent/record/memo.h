// SPDX-License-Identifier: MIT
//
// The verified memo: the last stack that a thread walked, kept so that the next walk can stop where the two meet.
//
// Between two allocations only the innermost frames change. But "the same return address at the same place" proves
// nothing about the frames further out: a function may have returned and been called again from elsewhere, leaving
// the inner part as it was. So where a walk meets the memo at (pc, CFA, rbp), *every* word on which the rest of the
// walk depends is read again: each return address, each saved rbp, each realigned frame's link. If all are unchanged,
// the walk would take the same steps, and the rest is the same stack, exactly. Four instructions a word instead of
// forty a frame. Looking at some of the words would be cheaper, and wrong.
//
// rbp counts only where it is used: in code built without frame pointers it holds whatever the function likes, and
// differs at each call. A frame's rbp is used when the frame's own CFA is relative to it, or when the frame leaves it
// alone and it is used in the frame outside. Where it is not, the step reads it, if at all, for nothing: whatever it
// held, the walk would come to the same frames. So it is not compared there.
//
//   frames:  outermost … innermost, stack_pointer falling; the step out of frame i reads frame i-1's pc below i-1's
//            stack_pointer
//   words:   what else a step reads; frame i's walk outward reads words [0, words_end)
//
// Side:    agent, floor 2 (record).
// Threads: each thread has its own. Only frames of its native stack are kept: the words above the current stack
//          pointer are mapped there, always; on another stack they may be gone.
#pragma once

#include <cstdint>

#include "stack_word.h"

namespace prof {

// A word of the stack besides return addresses: where it stands, and what it must hold.
struct Word {
    const uint64_t* at;
    uint64_t value;

    uint64_t change() const noexcept { return stack_word(at) ^ value; }
};

struct Frame {
    uint64_t pc;
    uint64_t stack_pointer;  // while at pc
    uint64_t frame_pointer;
    uint32_t node;
    uint32_t packed;  // words_end << 1 | uses_frame

    static uint32_t pack(uint64_t words_end, bool uses_frame) noexcept {
        return static_cast<uint32_t>(words_end) << 1 | uses_frame;
    }
    uint32_t words_end() const noexcept { return packed >> 1; }
    bool uses_frame() const noexcept { return (packed & 1) != 0; }

    // Whether a walk that is there has come to this frame.
    bool is_at(uint64_t other_pc, uint64_t other_stack_pointer, uint64_t other_frame_pointer) const noexcept {
        return stack_pointer == other_stack_pointer && pc == other_pc &&
               (frame_pointer == other_frame_pointer || !uses_frame());
    }
    // Not 0: a step from further in would no longer come here.
    uint64_t change() const noexcept { return stack_word(reinterpret_cast<const uint64_t*>(stack_pointer) - 1) ^ pc; }
};
static_assert(sizeof(Frame) == 32);

// The tests build a memo that trusts a look at the nearest words, to show that the oracle would notice.
#ifdef PROF_TEST_FEW_WORDS
inline constexpr bool weakened = true;
#else
inline constexpr bool weakened = false;
#endif
inline constexpr int few_words = 16;

// Whether steps from `innermost` outward still come to each frame from `outermost` on.
inline bool frames_stand(const Frame* innermost, const Frame* outermost) noexcept {
    const Frame* frame = innermost;
    for (const Frame* const four_left = outermost + 4; frame >= four_left; frame -= 4)
        if ((frame[-1].change() | frame[-2].change() | frame[-3].change() | frame[-4].change()) != 0) return false;
    for (; frame > outermost; --frame)
        if (frame[-1].change() != 0) return false;
    return true;
}

inline bool words_stand(const Word* word, const Word* end) noexcept {
    uint64_t changes = 0;
    for (; word != end; ++word) changes |= word->change();
    return changes == 0;
}

class Memo {
   public:
    Frame* frames = nullptr;  // frames[0] is a sentinel that no walk can meet
    Word* words = nullptr;
    uint32_t depth = 0;  // frames[1..depth]
    uint32_t capacity = 0;
    uint64_t epoch = 0;
    uint32_t stack = 0;  // number of the stack of frames[depth]; 0: not known

    const Frame& innermost() const noexcept { return frames[depth]; }

    // Whether a walk from `frame` outward would still take the same steps.
    [[gnu::always_inline]] inline bool stands(const Frame& frame) const noexcept {
        const Frame* outermost = frames + 1;
        if (weakened && &frame - outermost > few_words) outermost = &frame - few_words;
        return frames_stand(&frame, outermost) && words_stand(words, words + frame.words_end());
    }

    // The innermost frame that stands, among those at or above `here`, the caller's stack pointer: below it nothing is
    // read. One look from the outermost frame inward says it of all frames, since a frame stands only where those
    // further out do.
    Frame* innermost_standing(uint64_t here) const noexcept {
        Frame* last = frames + depth;
        while (last->stack_pointer < here) --last;
        Frame* frame = frames + (last != frames);
        while (last - frame >= 8 &&
               ((frame[0].change() | frame[1].change() | frame[2].change() | frame[3].change()) |
                (frame[4].change() | frame[5].change() | frame[6].change() | frame[7].change())) == 0)
            frame += 8;
        while (frame < last && frame->change() == 0) ++frame;
        const Word* const end = words + frame->words_end();
        const Word* word = words;
        while (word != end && word->change() == 0) ++word;
        if (word != end) [[unlikely]]
            while (words + frame->words_end() > word) --frame;
        return frame;
    }
};

}  // namespace prof
