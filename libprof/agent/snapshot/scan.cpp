// SPDX-License-Identifier: MIT
//
// The scan. Side: agent, floor 3 (snapshot). See scan.h.
#include "snapshot/scan.h"

#include "record/pools.h"

namespace prof::snapshot {

namespace {

constexpr uint64_t word_bytes = sizeof(uint64_t);
constexpr uint64_t window = PROF_INTEGER_WINDOW_BYTES / word_bytes;
constexpr uint64_t near_words = 8;  // 64 bytes

constexpr uintptr_t page_of(uintptr_t address) noexcept { return address & ~uintptr_t{page_bytes - 1}; }
constexpr uintptr_t least(uintptr_t a, uintptr_t b) noexcept { return a < b ? a : b; }

// Return addresses and saved frame pointers are among them: what a reader needs to unwind.
constexpr bool has_frames(uint32_t kind) noexcept { return kind == PROF_ROOT_STACK || kind == PROF_ROOT_REGISTERS; }

}  // namespace

void Scan::part(Part& part, uintptr_t at, uintptr_t end) noexcept {
    uint64_t integers_before = part.integers_before;
    while (at < end) {
        const uintptr_t page = page_of(at), stop = least(end, page + page_bytes);
        const uint64_t* words = pages_.at(page);
        if (words == nullptr) {
            tables::lose(PROF_LOSS_UNREADABLE_BYTES, stop - at);
            at = stop;
            continue;
        }
        for (; at < stop; at += word_bytes) {
            const uint64_t bits = words[(at - page) / word_bytes];
            if (bits == 0) continue;
            const uint64_t index = (at - part.start) / word_bytes;
            Word word;
            if (resolver_.may_be_pointer(bits) && resolver_.pointer(bits, part.number, word)) {
                integers_before = index + 1 + window;
                words_.put(index, word);
            } else if (index < integers_before && integer(bits, word)) {
                words_.put(index, word);
            }
        }
    }
    part.integers_before = integers_before;
}

void Scan::block(uint32_t number) noexcept {
    const uintptr_t start = index_.address(number);
    if (start % word_bytes != 0) return;
    Part whole{.number = number, .start = start, .integers_before = window};
    part(whole, start, start + (index_.size(number) & ~(word_bytes - 1)));
}

void Scan::rest(uint32_t number, uintptr_t end) noexcept {
    const uintptr_t start = index_.address(number);
    if (end - start > UINT32_MAX) end = start + UINT32_MAX;  // as far as a slack reaches
    Part whole{.number = number, .start = start, .integers_before = window};
    uintptr_t at = start;
    pools::Reported one;
    for (uintptr_t from = start; pools::next(from, end, one); from = one.address + 1) {
        if (one.address > at) part(whole, at, one.address & ~(word_bytes - 1));
        const uintptr_t behind = (one.end() + word_bytes - 1) & ~(word_bytes - 1);
        if (behind > at) at = behind;
    }
    if (at < end) part(whole, at, end & ~(word_bytes - 1));
}

namespace {

// What came back to a pool in an area, one after the other: nothing there is read.
class GivenBack {
   public:
    GivenBack(uintptr_t start, uintptr_t end) noexcept : end_(end) { advance(start); }
    uintptr_t start() const noexcept { return has_one_ ? up(one_.address) : UINTPTR_MAX; }
    uintptr_t end() const noexcept { return up(one_.end()); }
    void next() noexcept { advance(one_.address + 1); }

   private:
    static uintptr_t up(uintptr_t address) noexcept { return (address + word_bytes - 1) & ~(word_bytes - 1); }
    void advance(uintptr_t from) noexcept {
        do {
            has_one_ = pools::any() && pools::next(from, end_, one_);
            from = one_.address + 1;
        } while (has_one_ && !one_.is_freed);
    }

    uintptr_t end_;
    pools::Reported one_{};
    bool has_one_ = false;
};

}  // namespace

// The last words that were not kept, in case a pointer to a block follows; and how far after one everything is.
struct Scan::Near {
    bool keeps_pointers;
    struct Waiting {
        uint64_t index;
        Word word;
    };
    Waiting waiting[near_words] = {};
    uint64_t waiting_from = 0, waiting_to = 0;  // positions in a ring
    uint64_t keep_before = 0;                   // word index
};

// The one that waits longest is kept after all, or not.
void Scan::leave(Near& near, uint64_t kept_from) noexcept {
    const Near::Waiting& one = near.waiting[near.waiting_from++ % near_words];
    if (one.index >= kept_from || (near.keeps_pointers && is_pointer(one.word.kind))) words_.put(one.index, one.word);
}

void Scan::area_word(Near& near, uint64_t index, uint64_t bits) noexcept {
    if (bits == 0) return;
    Word word;
    if (!resolver_.pointer(bits, Resolver::no_block, word) && !integer(bits, word)) return;
    if (is_block_pointer(word.kind)) {
        while (near.waiting_from < near.waiting_to) leave(near, index > near_words ? index - near_words : 0);
        words_.put(index, word);
        near.keep_before = index + 1 + near_words;
    } else if (index < near.keep_before) {
        words_.put(index, word);
    } else {
        if (near.waiting_to - near.waiting_from == near_words) leave(near, UINT64_MAX);
        near.waiting[near.waiting_to++ % near_words] = {index, word};
    }
}

void Scan::area(prof_root& root) noexcept {
    const uintptr_t start = root.address, end = start + (root.bytes & ~(word_bytes - 1));
    root.words_begin = words_.count();
    Near near{.keeps_pointers = has_frames(root.kind)};
    // Thread-local storage may itself be a block.
    uint32_t next_block = root.kind == PROF_ROOT_TLS ? index_.count() : index_.first_from(start);
    GivenBack given_back(start, end);
    for (uintptr_t at = start; at < end;) {
        if (at >= given_back.start()) {
            if (given_back.end() > at) at = given_back.end();
            given_back.next();
            continue;
        }
        uintptr_t hole = next_block < index_.count() ? index_.address(next_block) : UINTPTR_MAX;
        if (at >= hole) {
            const uintptr_t hole_end = hole + index_.size(next_block++);
            if (hole_end > at) at = (hole_end + word_bytes - 1) & ~(word_bytes - 1);
            continue;
        }
        const uintptr_t page = page_of(at);
        const uintptr_t stop = least(least(least(end, hole), given_back.start()), page + page_bytes);
        const uint64_t* words = pages_.at(page);
        if (words == nullptr) tables::lose(PROF_LOSS_UNREADABLE_BYTES, stop - at);
        for (; words != nullptr && at < stop; at += word_bytes) {
            area_word(near, (at - start) / word_bytes, words[(at - page) / word_bytes]);
        }
        at = stop;
    }
    while (near.waiting_from < near.waiting_to) leave(near, UINT64_MAX);
    root.words_end = words_.count();
}

void Scan::values(prof_root& root, const uint64_t* values, size_t count) noexcept {
    root.words_begin = words_.count();
    Near near{.keeps_pointers = has_frames(root.kind)};
    for (size_t i = 0; i < count; ++i) area_word(near, i, values[i]);
    while (near.waiting_from < near.waiting_to) leave(near, UINT64_MAX);
    root.words_end = words_.count();
}

}  // namespace prof::snapshot
