// SPDX-License-Identifier: MIT
//
// Declared roots: see declared.h.
//
// Side: agent, floor 2 (record).
//
// A place is free, being written, or declared. A snapshot that finds one being written leaves it out: its declaration
// has not returned.
#include "declared.h"

#include "tables.h"

namespace prof::declared {
namespace {

enum State : uint32_t { is_free, is_written, is_declared };

struct Place {
    std::atomic<uint32_t> state;
    std::atomic<uintptr_t> address;
    uint64_t bytes;
    char name[name_bytes];
};

constinit Place places[most]{};

// Takes a place from `state` to being written.
bool claim(Place& place, uint32_t state) noexcept {
    return place.state.compare_exchange_strong(state, is_written, std::memory_order_acq_rel);
}

Place* declared_at(uintptr_t address) noexcept {
    for (Place& place : places) {
        if (place.state.load(std::memory_order_acquire) != is_declared || place.address.load() != address) continue;
        if (!claim(place, is_declared)) continue;
        if (place.address.load() == address) return &place;
        place.state.store(is_declared, std::memory_order_release);  // forgotten, and another one declared there
    }
    return nullptr;
}

Place* free_place() noexcept {
    for (Place& place : places)
        if (place.state.load(std::memory_order_relaxed) == is_free && claim(place, is_free)) return &place;
    return nullptr;
}

}  // namespace

bool declare(const char* name, uintptr_t address, uint64_t bytes) noexcept {
    constexpr uintptr_t address_end = uintptr_t{1} << 47;
    if (address >= address_end || bytes > address_end - address) return tables::lose(PROF_LOSS_REPORTS), false;
    Place* place = declared_at(address);
    if (place == nullptr) place = free_place();
    if (place == nullptr) return tables::lose(PROF_LOSS_TABLE_FULL), false;
    place->address.store(address);
    place->bytes = bytes;
    size_t length = 0;
    for (; length + 1 < name_bytes && name[length] != '\0'; ++length) place->name[length] = name[length];
    place->name[length] = '\0';
    place->state.store(is_declared, std::memory_order_release);
    return true;
}

void forget(uintptr_t address) noexcept {
    if (Place* place = declared_at(address)) place->state.store(is_free, std::memory_order_release);
}

bool at(size_t number, Root& root) noexcept {
    const Place& place = places[number];
    if (place.state.load(std::memory_order_acquire) != is_declared) return false;
    root.address = place.address.load();
    root.bytes = place.bytes;
    for (size_t i = 0; i < name_bytes; ++i) root.name[i] = place.name[i];
    root.name[name_bytes - 1] = '\0';
    return true;
}

}  // namespace prof::declared
