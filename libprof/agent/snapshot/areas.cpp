// SPDX-License-Identifier: MIT
//
// Areas out of chunk headers. Side: agent, floor 3 (snapshot). See areas.h.
#include "snapshot/areas.h"

#include "base/text.h"
#include "snapshot/faults.h"

namespace prof::snapshot {

namespace {

constexpr uintptr_t page_mask = 4095;
constexpr uintptr_t arena_bytes = uintptr_t{64} << 20;  // HEAP_MAX_SIZE of glibc
constexpr uintptr_t chunk_header_bytes = 16;
constexpr uint64_t chunk_is_mapping = 2, chunk_is_of_further_arena = 4, chunk_flags = 7;

using arena::Extent;

constexpr uintptr_t page_down(uintptr_t address) noexcept { return address & ~page_mask; }
constexpr uintptr_t page_up(uintptr_t address) noexcept { return (address + page_mask) & ~page_mask; }

// The allocator's area around a live block of this mapping.
Extent area_of(uint32_t block, const prof_map& map, bool glibc, const Index& index) noexcept {
    const uintptr_t address = index.address(block);
    uint64_t header = 0;
    if (!glibc || !faults::copy(&header, address - sizeof header, sizeof header)) return {map.start, map.end};
    if ((header & chunk_is_mapping) != 0) {
        const uintptr_t start = page_down(address - chunk_header_bytes);
        const uintptr_t said = address - chunk_header_bytes + (header & ~chunk_flags);
        const uintptr_t least = page_up(address + index.size(block));
        return {start, said >= least && said - least <= page_mask + 1 ? page_up(said) : least};
    }
    if ((header & chunk_is_of_further_arena) != 0) {
        const uintptr_t start = address & ~(arena_bytes - 1);
        return {start, start + arena_bytes};
    }
    return {map.start, map.end};
}

}  // namespace

bool is_glibc(const Writer& writer) noexcept {
    const auto function = reinterpret_cast<uintptr_t>(writer.frozen.usable_size);
    for (const prof_module& module : writer.modules) {
        if (function < module.start || function >= module.end) continue;
        return starts_with(base_name(writer.strings.at(module.path)), "libc");
    }
    return false;
}

void add_areas(const prof_map& map, bool glibc, const Writer& writer, Growing<Extent>& areas) noexcept {
    const Index& index = writer.index;
    for (uint32_t i = index.first_from(map.start); i < index.count() && index.address(i) < map.end;) {
        if (writer.is_reported(i)) {  // it has no header, and its memory need not be malloc's
            ++i;
            continue;
        }
        const Extent area = area_of(i, map, glibc, index);
        areas.push(area);
        const uint32_t next = index.first_from(area.end);
        i = next > i ? next : i + 1;
    }
}

}  // namespace prof::snapshot
