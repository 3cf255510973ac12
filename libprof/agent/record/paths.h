// SPDX-License-Identifier: MIT
//
// Paths that a thread has lately walked: from the innermost frame to the frame where the walk met the memo.
//
// The memo knows one stack. A program that allocates from a few places in turn has a different innermost part each
// time, but the same few of them over and over. So what a walk found new is kept as a path, found again by its
// innermost (pc, stack pointer). It is believed as the memo is: every word on which its steps depend is read again.
// Then a walk would take the same steps, to the frame where the path ends; and if the memo has that very frame, in the
// same stack, and stands from there on, the path is put on top of it, nodes and all.
//
// Side:    agent, floor 2 (record).
// Threads: each thread has its own, of its native stack.
// Memory:  sets of two, of which the longer unused one is given up. Where many are given up more sets come into use.
#pragma once

#include <cstdint>
#include <cstring>

#include "memo.h"

namespace prof {

// The tests build paths that are known by their innermost frame, to show that the oracle would notice.
#ifdef PROF_TEST_TRUST_PATHS
inline constexpr bool trusts_paths = true;
#else
inline constexpr bool trusts_paths = false;
#endif

struct WalkedPath {
    static constexpr uint32_t most_frames = 12, most_words = 12;

    uint64_t epoch;   // of the rules; 0: no path
    uint32_t count;   // frames[1..count] are its own
    uint32_t depth;   // of frames[0], where it ends, in the memo
    uint32_t stack;   // its number
    uint32_t newest;  // in the first path of a set: which of them was used last
    Frame frames[most_frames + 1];

    // Whether a walk from the innermost frame outward would still take the same steps to frames[0].
    bool stands(const Word* words) const noexcept {
        if (trusts_paths) return true;
        return frames_stand(frames + count, frames + (depth == 0)) &&
               words_stand(words, words + (frames[count].words_end() - frames[0].words_end()));
    }
};

class Paths {
   public:
    // The number of the stack whose innermost frame is there, when a path knows it; the memo is then of that stack.
    // `standing`: the memo's innermost frame that stands.
    uint32_t find(Memo& memo, const Frame* standing, uint64_t pc, uint64_t stack_pointer,
                  uint64_t frame_pointer) noexcept {
        const auto depth = static_cast<uint32_t>(standing - memo.frames);
        WalkedPath* set = set_of(pc, stack_pointer);
        for (uint32_t way = 0; way < ways; ++way) {
            WalkedPath& path = set[way];
            if (!path.frames[path.count].is_at(pc, stack_pointer, frame_pointer) || !fits(path, memo, depth)) continue;
            put_on(memo, path);
            if (set->newest != way) set->newest = way;
            return path.stack;
        }
        return 0;
    }

    // Keeps the memo's frames further in than `depth` as a path.
    void keep(const Memo& memo, uint32_t depth) noexcept {
        const Frame* end = memo.frames + depth;
        const Frame& innermost = memo.innermost();
        uint32_t count = memo.depth - depth, word_count = innermost.words_end() - end->words_end();
        if (count == 0 || count > WalkedPath::most_frames || word_count > WalkedPath::most_words) return;
        WalkedPath* set = set_of(innermost.pc, innermost.stack_pointer);
        set->newest ^= 1;
        WalkedPath& path = set[set->newest];
        if (path.epoch != 0) make_room();
        path.epoch = memo.epoch + 1;
        path.count = count;
        path.depth = depth;
        path.stack = memo.stack;
        std::memcpy(path.frames, end, (count + 1) * sizeof(Frame));
        if (word_count != 0) std::memcpy(words_of(path), memo.words + end->words_end(), word_count * sizeof(Word));
    }

    // For another thread.
    void forget() noexcept {
        for (WalkedPath& path : paths_) path.epoch = 0;
    }

   private:
    static constexpr uint32_t ways = 2, first_sets = 16, most_sets = 64, lost_at_most = 256;

    WalkedPath* set_of(uint64_t pc, uint64_t stack_pointer) noexcept {
        uint64_t hash = (pc ^ stack_pointer << 20) * 0x9e3779b97f4a7c15;
        return paths_ + ways * ((hash >> 40) & (first_sets - 1 + more_sets_));
    }
    Word* words_of(const WalkedPath& path) noexcept { return words_[&path - paths_]; }

    bool fits(const WalkedPath& path, const Memo& memo, uint32_t standing) noexcept {
        if (path.epoch != memo.epoch + 1 || path.depth > standing) return false;
        const Frame& end = memo.frames[path.depth];
        return end.node == path.frames[0].node &&
               end.is_at(path.frames[0].pc, path.frames[0].stack_pointer, path.frames[0].frame_pointer) &&
               path.stands(words_of(path));
    }

    void put_on(Memo& memo, const WalkedPath& path) noexcept {
        Frame* end = memo.frames + path.depth;
        uint32_t first_word = path.frames[0].words_end(), word_count = path.frames[path.count].words_end() - first_word;
        for (uint32_t i = 1; i <= path.count; ++i) end[i] = path.frames[i];
        if (word_count != 0) std::memcpy(memo.words + first_word, words_of(path), word_count * sizeof(Word));
        memo.depth = path.depth + path.count;
        memo.stack = path.stack;
    }

    void make_room() noexcept {
        if (++lost_ % lost_at_most == 0 && more_sets_ < most_sets - first_sets) more_sets_ = most_sets - first_sets;
    }

    uint32_t lost_;
    uint32_t more_sets_;
    WalkedPath paths_[most_sets * ways];
    Word words_[most_sets * ways][WalkedPath::most_words];
};

}  // namespace prof
