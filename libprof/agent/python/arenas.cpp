// SPDX-License-Identifier: MIT
//
// A table by address. Side: agent, floor 4 (python). See arenas.h.
//
// An arena covers at most two units of its own size: each unit has a bucket with the start of the arena that begins in
// it. No two arenas begin in one unit, since none is smaller. So a look-up is two loads, and no search. Units are
// hashed into the table; a place that is taken passes it on to the next one.
#include "python/arenas.h"

#include <atomic>

namespace prof::python::arenas {

namespace {

constexpr size_t places = size_t{1} << 17, most = places / 2;
constexpr uintptr_t gone = 1;  // a place that was taken once: a search goes on behind it

std::atomic<uintptr_t>* table = nullptr;
std::atomic<size_t> used = 0;
size_t arena_bytes = 0;
unsigned unit_log2 = 0;

size_t home_of(uintptr_t unit) noexcept { return unit * uint64_t{0x9e3779b97f4a7c15} >> 47; }

// The start of the arena that begins in this unit; 0: none does.
uintptr_t begins_in(uintptr_t unit) noexcept {
    for (size_t at = home_of(unit);; ++at) {
        const uintptr_t start = table[at & (places - 1)].load(std::memory_order_relaxed);
        if (start == 0 || (start != gone && start >> unit_log2 == unit)) return start;
    }
}

}  // namespace

void set_bytes(size_t bytes) noexcept {
    table = static_cast<std::atomic<uintptr_t>*>(arena::map(places * sizeof *table));
    arena_bytes = bytes;
    while ((size_t{1} << unit_log2) < bytes) ++unit_log2;
}

void note(void* start, size_t bytes) noexcept {
    if (start == nullptr || bytes != arena_bytes || table == nullptr) return;
    const auto address = reinterpret_cast<uintptr_t>(start);
    for (size_t at = home_of(address >> unit_log2);; ++at) {
        std::atomic<uintptr_t>& place = table[at & (places - 1)];
        uintptr_t there = place.load(std::memory_order_relaxed);
        if (there != 0 && there != gone) continue;
        if (there == 0 && used.load(std::memory_order_relaxed) >= most) return;
        if (!place.compare_exchange_strong(there, address)) continue;
        if (there == 0) used.fetch_add(1, std::memory_order_relaxed);
        return;
    }
}

void forget(void* start) noexcept {
    if (table == nullptr) return;
    const auto address = reinterpret_cast<uintptr_t>(start);
    for (size_t at = home_of(address >> unit_log2);; ++at) {
        std::atomic<uintptr_t>& place = table[at & (places - 1)];
        uintptr_t there = place.load(std::memory_order_relaxed);
        if (there == 0) return;
        if (there == address) return place.store(gone, std::memory_order_relaxed);
    }
}

bool has(uintptr_t address) noexcept {
    if (table == nullptr) return false;
    const uintptr_t unit = address >> unit_log2;
    if (const uintptr_t start = begins_in(unit); start != 0 && address >= start) return address - start < arena_bytes;
    const uintptr_t start = begins_in(unit - 1);
    return start != 0 && address - start < arena_bytes;
}

size_t count() noexcept { return table == nullptr || used.load(std::memory_order_relaxed) == 0 ? 0 : places; }

arena::Extent extent(size_t i) noexcept {
    const uintptr_t start = table[i].load(std::memory_order_relaxed);
    return start <= gone ? arena::Extent{0, 0} : arena::Extent{start, start + arena_bytes};
}

}  // namespace prof::python::arenas
