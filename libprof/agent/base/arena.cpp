// SPDX-License-Identifier: MIT
//
// The agent's memory. Side: agent, floor 1 (base). See arena.h.
//
// Small requests are cut from the current chunk by one atomic add on its offset. Whoever finds the chunk used up maps
// a new one and publishes it with a compare-and-swap; the loser gives its mapping back and tries again. A chunk's
// header and offset live in the chunk itself, so that publishing it is one pointer.
#include "base/arena.h"

#include <sys/mman.h>

#include "base/syscalls.h"

namespace prof::arena {

namespace {

constexpr size_t page_bytes = 4096;
constexpr size_t alignment = 64;
constexpr size_t chunk_bytes = 1 << 20;
constexpr size_t own_mapping_bytes = 256 << 10;
constexpr int tries_at_most = 1000;

struct alignas(alignment) Chunk {
    size_t used;
};

constexpr size_t most_extents = 1 << 16;
Extent extents[most_extents];  // appended to; emptied when given back
size_t extents_begun = 0;

void list(uintptr_t start, size_t bytes) noexcept {
    const size_t at = __atomic_fetch_add(&extents_begun, 1, __ATOMIC_RELAXED);
    if (at >= most_extents) return;
    __atomic_store_n(&extents[at].end, start + bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&extents[at].start, start, __ATOMIC_RELEASE);
}

// The newest first: what is given back soon is what was mapped for a moment. Before the kernel may hand it out again.
void unlist(uintptr_t start) noexcept {
    for (size_t i = extent_count(); i-- > 0;) {
        if (__atomic_load_n(&extents[i].start, __ATOMIC_RELAXED) != start) continue;
        __atomic_store_n(&extents[i].start, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&extents[i].end, 0, __ATOMIC_RELAXED);
        return;
    }
}

Chunk* current_chunk = nullptr;
uint64_t mapped = 0;

constexpr size_t round_up(size_t bytes, size_t unit) noexcept { return (bytes + unit - 1) / unit * unit; }

void* take_from(Chunk* chunk, size_t bytes) noexcept {
    const size_t at = __atomic_fetch_add(&chunk->used, bytes, __ATOMIC_RELAXED);
    return at + bytes <= chunk_bytes ? reinterpret_cast<char*>(chunk) + at : nullptr;
}

// Replaces the used-up chunk. False: the kernel gives no memory.
bool replace(Chunk* used_up) noexcept {
    Chunk* fresh = static_cast<Chunk*>(map(chunk_bytes));
    if (fresh == nullptr) return false;
    __atomic_store_n(&fresh->used, sizeof(Chunk), __ATOMIC_RELAXED);
    if (!__atomic_compare_exchange_n(&current_chunk, &used_up, fresh, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
        unmap(fresh, chunk_bytes);
    }
    return true;
}

}  // namespace

void* take(size_t bytes) noexcept {
    const size_t rounded = round_up(bytes, alignment);
    if (rounded >= own_mapping_bytes) return map(rounded);
    for (int tries = 0; tries < tries_at_most; ++tries) {
        Chunk* chunk = __atomic_load_n(&current_chunk, __ATOMIC_ACQUIRE);
        if (chunk != nullptr) {
            if (void* taken = take_from(chunk, rounded)) return taken;
        }
        if (!replace(chunk)) return nullptr;
    }
    return nullptr;
}

void* map(size_t bytes, bool populated) noexcept {
    const size_t rounded = round_up(bytes, page_bytes);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (populated ? MAP_POPULATE : 0);
    void* start = sys::mmap(nullptr, rounded, PROT_READ | PROT_WRITE, flags);
    if (start != nullptr) adopt(start, rounded);
    return start;
}

void adopt(void* start, size_t bytes) noexcept {
    list(reinterpret_cast<uintptr_t>(start), bytes);
    __atomic_fetch_add(&mapped, bytes, __ATOMIC_RELAXED);
}

void unmap(void* start, size_t bytes) noexcept {
    const size_t rounded = round_up(bytes, page_bytes);
    unlist(reinterpret_cast<uintptr_t>(start));
    if (sys::munmap(start, rounded) == 0) __atomic_fetch_sub(&mapped, rounded, __ATOMIC_RELAXED);
}

size_t extent_count() noexcept {
    const size_t begun = __atomic_load_n(&extents_begun, __ATOMIC_RELAXED);
    return begun < most_extents ? begun : most_extents;
}

Extent extent(size_t i) noexcept {
    const uintptr_t start = __atomic_load_n(&extents[i].start, __ATOMIC_ACQUIRE);
    return {start, __atomic_load_n(&extents[i].end, __ATOMIC_RELAXED)};
}

uint64_t mapped_bytes() noexcept { return __atomic_load_n(&mapped, __ATOMIC_RELAXED); }

}  // namespace prof::arena
