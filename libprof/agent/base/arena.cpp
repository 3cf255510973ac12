// SPDX-License-Identifier: MIT
//
// The arena: see arena.h. One current piece, from which callers take by adding to an offset; whoever finds it used up
// maps the next one. A piece is described by its first bytes, so that one word, the piece's address, is all that has
// to change at once.
//
// Side:    agent, floor 1 (base).
// Threads: lock-free. A lost race wastes at most one fresh piece, which is unmapped.
#include "arena.h"

#include <sys/mman.h>

#include <atomic>

#include "syscalls.h"

namespace prof::arena {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kOwnMappingBytes = size_t{256} << 10;
constexpr int kMaxTries = 64;

struct Piece {
    std::atomic<size_t> used;
};

std::atomic<Piece*> current{nullptr};
std::atomic<uint64_t> mapped{0};

constexpr size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) & ~(to - 1); }

// Puts a fresh piece in the place of `old`. False: no memory.
bool renew(Piece* old) noexcept {
    auto* fresh = static_cast<Piece*>(map(kPieceBytes));
    if (fresh == nullptr) return false;
    fresh->used.store(kAlignment, std::memory_order_relaxed);
    if (!current.compare_exchange_strong(old, fresh, std::memory_order_acq_rel)) unmap(fresh, kPieceBytes);
    return true;
}

}  // namespace

void* map(size_t bytes) noexcept {
    void* start = sys::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (start != nullptr) mapped.fetch_add(bytes, std::memory_order_relaxed);
    return start;
}

void unmap(void* start, size_t bytes) noexcept {
    sys::munmap(start, bytes);
    mapped.fetch_sub(bytes, std::memory_order_relaxed);
}

void* take(size_t bytes) noexcept {
    bytes = round_up(bytes, kAlignment);
    if (bytes >= kOwnMappingBytes) return map(round_up(bytes, 4096));
    for (int i = 0; i < kMaxTries; ++i) {
        Piece* piece = current.load(std::memory_order_acquire);
        if (piece != nullptr) {
            size_t at = piece->used.fetch_add(bytes, std::memory_order_relaxed);
            if (at + bytes <= kPieceBytes) return reinterpret_cast<char*>(piece) + at;
        }
        if (!renew(piece)) return nullptr;
    }
    return nullptr;
}

uint64_t mapped_bytes() noexcept { return mapped.load(std::memory_order_relaxed); }

}  // namespace prof::arena
