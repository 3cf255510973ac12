// SPDX-License-Identifier: MIT
//
// Memory that the program took from mmap itself: a root, since nothing says where it keeps the address of it.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
//
// The kernel shows neighbours with the same rights as one mapping, whoever made them. So of each private, writable one
// the parts that belong to others are cut out:
//
//     modules, stacks with their control blocks, our own tables
//     the allocator's areas (areas.h), and a guest's: freed blocks in them still hold old pointers, which must hold
//     nothing
//
// Pages that were never written to are skipped: a large reservation may be all of them.
#include <new>

#include "base/arena.h"
#include "base/text.h"
#include "snapshot/areas.h"
#include "snapshot/control_block.h"
#include "snapshot/guest.h"
#include "snapshot/pagemap.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

constexpr uintptr_t page_mask = 4095;
constexpr uintptr_t most_root_bytes = uintptr_t{64} << 20;  // between two looks at the clock
constexpr uintptr_t joined_gap_bytes = 16 << 12;

using arena::Extent;

constexpr uintptr_t page_up(uintptr_t address) noexcept { return (address + page_mask) & ~page_mask; }

void sort(Growing<Extent>& extents) noexcept {  // Shell's
    for (size_t gap = extents.size() / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < extents.size(); ++i) {
            const Extent moved = extents[i];
            size_t at = i;
            for (; at >= gap && extents[at - gap].start > moved.start; at -= gap) extents[at] = extents[at - gap];
            extents[at] = moved;
        }
    }
}

// ---- What belongs to others ----------------------------------------------------------------------------------------

bool is_guarded(uintptr_t stack_start, const Maps& maps) noexcept {
    const prof_map* below = maps.at(stack_start - 1);
    return below != nullptr && below->permissions == 0;
}

void cut_living_stacks(const Writer& writer, Growing<Extent>& cut) noexcept {
    for (size_t i = 0; i < writer.threads.size(); ++i) {
        const prof_thread& thread = writer.threads[i];
        if ((thread.flags & PROF_THREAD_ALIVE) == 0 || thread.stack_end <= thread.stack_start) continue;
        const bool has_block_above = writer.thread_pointers[i] == thread.stack_end;
        cut.push({thread.stack_start, has_block_above ? page_up(thread.stack_end + 1) : thread.stack_end});
    }
}

// Stacks of threads that ended are kept by libc for the next ones, with a page below that nobody may touch. What is
// on them holds nothing, but libc uses their vectors again.
void cut_kept_stack(size_t map, Writer& writer, Growing<Extent>& cut) noexcept {
    const prof_map& facts = writer.maps.all()[map];
    if (!is_guarded(facts.start, writer.maps)) return;
    const uintptr_t block = find_control_block(facts.end);
    if (block == 0) return;
    cut.push({facts.start, facts.end});
    hold_vector(writer, PROF_ROOT_MAPPING, map, block);
}

void cut_ours_and_modules(const Writer& writer, Growing<Extent>& cut) noexcept {
    for (size_t i = 0; i < arena::extent_count(); ++i) cut.push(arena::extent(i));
    for (size_t i = 0; i < guest().area_count(); ++i) cut.push(guest().area(i));
    for (const prof_module& module : writer.modules) {
        if (module.last_generation == PROF_GENERATION_ALIVE) cut.push({module.start, module.end});
    }
    const Segments& segments = writer.frozen.segments;
    for (size_t i = 0; i < segments.count; ++i) cut.push({segments.segment[i].start, segments.segment[i].end});
}

// ---- What is left --------------------------------------------------------------------------------------------------

void add_root(Writer& writer, size_t map, Extent extent) noexcept {
    prof_root root{};
    root.kind = PROF_ROOT_MAPPING;
    root.owner = static_cast<uint32_t>(map);
    while (extent.start < extent.end) {
        const uintptr_t left = extent.end - extent.start;
        root.address = extent.start;
        root.bytes = left < most_root_bytes ? left : most_root_bytes;
        if (!writer.roots.push(root)) return tables::lose(PROF_LOSS_NO_MEMORY);
        extent.start += root.bytes;
    }
}

// The touched pages of a part that belongs to nobody else.
void add_part(Writer& writer, size_t map, Extent part, Pagemap& pagemap) noexcept {
    Extent open{0, 0};
    for (uintptr_t page = page_up(part.start); page < part.end; page += page_mask + 1) {
        if (writer.deadline.is_over(1 << 16)) return tables::lose(PROF_LOSS_UNREADABLE_BYTES, part.end - page);
        if (pagemap.state_of(page) == PROF_PAGE_ABSENT) continue;
        if (open.end + joined_gap_bytes < page) {
            add_root(writer, map, open);
            open.start = page;
        }
        open.end = page + page_mask + 1;
    }
    add_root(writer, map, open);
}

bool may_be_the_programs(const prof_map& map, const Maps& maps) noexcept {
    const char* path = maps.path(map);
    return maps.is_ordinary(map) && (map.permissions & map_writable) != 0 && !starts_with(path, "[heap") &&
           !starts_with(path, "[stack");
}

}  // namespace

void list_mappings(Writer& writer) noexcept {
    const Growing<prof_map>& maps = writer.maps.all();
    const bool glibc = is_glibc(writer);
    Growing<Extent> cut;
    cut_ours_and_modules(writer, cut);
    cut_living_stacks(writer, cut);
    for (size_t i = 0; i < maps.size(); ++i) {
        if (!may_be_the_programs(maps[i], writer.maps)) continue;
        add_areas(maps[i], glibc, writer, cut);
        cut_kept_stack(i, writer, cut);
    }
    sort(cut);
    void* place = arena::map(sizeof(Pagemap));
    if (place == nullptr) return tables::lose(PROF_LOSS_NO_MEMORY);
    Pagemap& pagemap = *new (place) Pagemap;
    size_t next = 0;
    for (size_t i = 0; i < maps.size(); ++i) {
        if (!may_be_the_programs(maps[i], writer.maps)) continue;
        uintptr_t at = maps[i].start;
        while (next < cut.size() && cut[next].end <= at) ++next;
        for (size_t k = next; k < cut.size() && cut[k].start < maps[i].end; ++k) {
            if (cut[k].start > at) add_part(writer, i, {at, cut[k].start}, pagemap);
            if (cut[k].end > at) at = cut[k].end;
        }
        if (at < maps[i].end) add_part(writer, i, {at, maps[i].end}, pagemap);
    }
}

}  // namespace prof::snapshot
