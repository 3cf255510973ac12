// SPDX-License-Identifier: MIT
//
// See arena.h.
#include "arena.h"

#include <cstdlib>
#include <cstring>

// With a chunk goes what was handed out of it: nothing need be said.
Arena::~Arena() {
    while (first_ != nullptr) std::free(std::exchange(first_, first_->next));
}

void Arena::add_chunk() {
    auto* const fresh = static_cast<Chunk*>(std::malloc(chunk_bytes));
    if (fresh == nullptr) throw std::bad_alloc();
    *fresh = {.next = nullptr, .used = sizeof(Chunk)};
    (current_ == nullptr ? first_ : current_->next) = fresh;
    current_ = fresh;
}

void* Arena::allocate(size_t bytes, size_t alignment) {
    if (bytes > chunk_bytes - sizeof(Chunk) - alignment) throw std::bad_alloc();
    for (;;) {
        if (current_ != nullptr) {
            const size_t at = (current_->used + alignment - 1) / alignment * alignment;
            if (at + bytes <= chunk_bytes) {
                current_->used = at + bytes;
                char* const block = reinterpret_cast<char*>(current_) + at;
                prof_block_allocated(block, bytes);
                return block;
            }
        }
        if (current_ != nullptr && current_->next != nullptr)
            current_ = current_->next;
        else
            add_chunk();
    }
}

const char* Arena::keep(std::string_view text) {
    auto* const copy = static_cast<char*>(allocate(text.size() + 1, 1));
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return copy;
}

void Arena::reset() {
    for (Chunk* chunk = first_; chunk != nullptr; chunk = chunk->next) {
        prof_blocks_freed(chunk, chunk_bytes);
        chunk->used = sizeof(Chunk);
    }
    current_ = first_;
}
