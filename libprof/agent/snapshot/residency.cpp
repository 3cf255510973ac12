// SPDX-License-Identifier: MIT
//
// PAGE_RANGES and PAGE_STATES: which of the allocator's pages are in memory, swapped, or were never touched.
//
// Side:   agent, floor 3 (snapshot). Child of a snapshot only; before the scan, which touches every page that it reads.
// Memory: two bits a page of each mapping in which blocks lie.
//
// Of one mapping after the other, first all pages are asked for, and only then are headers of blocks read, which say
// how far the allocator's areas go.
#include <new>

#include "snapshot/areas.h"
#include "snapshot/pagemap.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

using arena::Extent;

constexpr uintptr_t page_bytes = 4096;
constexpr unsigned pages_in_byte = 8 / PROF_PAGE_STATE_BITS;
constexpr uint32_t pages_between_looks_at_the_clock = 1 << 16;

constexpr uintptr_t page_down(uintptr_t address) noexcept { return address & ~(page_bytes - 1); }
constexpr uintptr_t page_up(uintptr_t address) noexcept { return (address + page_bytes - 1) & ~(page_bytes - 1); }

// Two bits a page, the first page in the low ones.
class States {
   public:
    bool push(unsigned state) noexcept {
        if (open_ == 0 && !bytes_.push(0)) return false;
        bytes_[bytes_.size() - 1] |= static_cast<uint8_t>(state << (open_ * PROF_PAGE_STATE_BITS));
        open_ = (open_ + 1) % pages_in_byte;
        return true;
    }
    unsigned at(size_t page) const noexcept {
        return bytes_[page / pages_in_byte] >> (page % pages_in_byte * PROF_PAGE_STATE_BITS) & 3u;
    }
    void begin_byte() noexcept { open_ = 0; }
    void clear() noexcept {
        bytes_.pop_to(0);
        open_ = 0;
    }
    const Growing<uint8_t>& bytes() const noexcept { return bytes_; }

   private:
    Growing<uint8_t> bytes_;
    unsigned open_ = 0;
};

struct Residency {
    explicit Residency(Writer& with) noexcept : writer(with), glibc(is_glibc(with)) {}

    bool note_mapping(const prof_map& map) noexcept;
    bool put_area(const prof_map& map, Extent area) noexcept;
    bool put_range(const prof_map& map, Extent range) noexcept;

    Writer& writer;
    const bool glibc;
    Pagemap pagemap;
    Growing<Extent> areas;
    States of_mapping, all;
    Growing<prof_page_range> ranges;
};

bool Residency::note_mapping(const prof_map& map) noexcept {
    of_mapping.clear();
    for (uintptr_t page = map.start; page < map.end; page += page_bytes) {
        const bool is_late = writer.deadline.is_over(pages_between_looks_at_the_clock);
        if (!of_mapping.push(is_late ? PROF_PAGE_UNKNOWN : pagemap.state_of(page))) return false;
    }
    areas.pop_to(0);
    add_areas(map, glibc, writer, areas);
    uintptr_t done = map.start;
    for (Extent area : areas) {
        if (area.start < done) area.start = done;
        if (area.end > map.end) area.end = map.end;
        if (area.start >= area.end) continue;
        if (!put_area(map, {page_down(area.start), page_up(area.end)})) return false;
        done = page_up(area.end);
    }
    return true;
}

// Without our own tables, which the kernel may show as one mapping with the allocator's memory.
bool Residency::put_area(const prof_map& map, Extent area) noexcept {
    while (area.start < area.end) {
        Extent ours{area.end, area.end};  // the first of them in what is left
        for (size_t i = 0; i < arena::extent_count(); ++i) {
            const Extent one = arena::extent(i);
            if (one.end > area.start && one.start < ours.start) ours = one;
        }
        const uintptr_t end = ours.start < area.start ? area.start : ours.start;
        if (end > area.start && !put_range(map, {area.start, end})) return false;
        area.start = page_up(ours.end);
    }
    return true;
}

bool Residency::put_range(const prof_map& map, Extent range) noexcept {
    all.begin_byte();
    if (!ranges.push({.start = range.start,
                      .page_count = (range.end - range.start) / page_bytes,
                      .states_begin = all.bytes().size()}))
        return false;
    for (uintptr_t page = range.start; page < range.end; page += page_bytes) {
        if (!all.push(of_mapping.at((page - map.start) / page_bytes))) return false;
    }
    return true;
}

}  // namespace

void write_residency(Writer& writer) noexcept {
    void* place = arena::map(sizeof(Residency));
    if (place == nullptr) return tables::lose(PROF_LOSS_NO_MEMORY);
    Residency& residency = *new (place) Residency(writer);
    if (!residency.pagemap.is_there()) return;
    const Index& index = writer.index;
    for (const prof_map& map : writer.maps.all()) {
        const uint32_t first = index.first_from(map.start);
        if (first >= index.count() || index.address(first) >= map.end || !writer.maps.is_ordinary(map)) continue;
        if (!residency.note_mapping(map)) return tables::lose(PROF_LOSS_NO_MEMORY);
    }
    Output& output = writer.output;
    output.put(PROF_SECTION_PAGE_RANGES, sizeof(prof_page_range), residency.ranges.data(), residency.ranges.size());
    output.put(PROF_SECTION_PAGE_STATES, 1, residency.all.bytes().data(), residency.all.bytes().size());
}

}  // namespace prof::snapshot
