// SPDX-License-Identifier: MIT
//
// The scan. Side: agent, floor 3 (snapshot). See scan.h.
#include "snapshot/scan.h"

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

void Scan::block(uint32_t number) noexcept {
    const uintptr_t start = index_.address(number);
    const uintptr_t end = start + (index_.size(number) & ~(word_bytes - 1));
    uint64_t integers_before = window;  // word index at which integers stop being kept
    for (uintptr_t at = start; at < end;) {
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
            const uint64_t index = (at - start) / word_bytes;
            Word word;
            if (resolver_.may_be_pointer(bits) && resolver_.pointer(bits, number, word)) {
                integers_before = index + 1 + window;
                words_.put(index, word);
            } else if (index < integers_before && integer(bits, word)) {
                words_.put(index, word);
            }
        }
    }
}

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
    for (uintptr_t at = start; at < end;) {
        uintptr_t hole = next_block < index_.count() ? index_.address(next_block) : UINTPTR_MAX;
        if (at >= hole) {
            const uintptr_t hole_end = hole + index_.size(next_block++);
            if (hole_end > at) at = (hole_end + word_bytes - 1) & ~(word_bytes - 1);
            continue;
        }
        const uintptr_t page = page_of(at), stop = least(least(end, hole), page + page_bytes);
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
