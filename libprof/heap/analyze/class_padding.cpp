// SPDX-License-Identifier: MIT
//
// Members as parts with a place, a size and an alignment; holes are what lies between them.
//
// Side: heap, floor 7 (analyze).
#include "analyze/class_padding.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>

#include "symbols/short_name.h"

namespace heapkit::analyze {
namespace {

using symbols::DebugType;
using symbols::DebugTypeId;
using symbols::Member;
using symbols::TypeKind;

constexpr int deepest = 32;               // classes in classes
constexpr uint64_t largest_natural = 16;  // long double, __int128, vectors of 16 bytes
constexpr size_t most_members = 4096;

constexpr uint64_t rounded_up(uint64_t bytes, uint64_t alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

bool is_class(const DebugType& type) { return type.kind == TypeKind::structure || type.kind == TypeKind::union_; }

}  // namespace

struct PaddingOf::Part {
    uint64_t begin = 0, end = 0, alignment = 1;
    std::string name;
    bool stays = false;    // a base, the vtable pointer
    bool is_bits = false;  // a storage unit of bit fields
};

uint64_t ClassPadding::padding_bytes() const noexcept {
    uint64_t bytes = 0;
    for (const Hole& hole : holes) bytes += hole.bytes;
    return bytes;
}

const ClassPadding& PaddingOf::of(DebugTypeId type) {
    const auto [entry, is_new] = known_.try_emplace(type.value);
    if (is_new) entry->second = work_out(type);
    return entry->second;
}

// The largest power of two that a type's natural place is a multiple of.
uint64_t PaddingOf::alignment_of(DebugTypeId id, int depth) const {
    const DebugType& type = book_.type(id);
    if (depth > deepest) return 1;
    if (type.kind == TypeKind::array) return alignment_of(type.target, depth + 1);
    if (is_class(type)) {
        uint64_t most = 1;
        for (const Member& member : book_.members(id)) most = std::max(most, alignment_of(member.type, depth + 1));
        return most;
    }
    const uint64_t size = type.size_bytes;
    return size == 0 ? 1 : std::min(uint64_t{1} << std::countr_zero(size), largest_natural);
}

// Without members of its own or of bases: as a base it takes no room.
bool PaddingOf::is_empty(DebugTypeId id, int depth) const {
    const DebugType& type = book_.type(id);
    if (type.kind != TypeKind::structure || type.size_bytes > 1 || depth > deepest) return false;
    const auto members = book_.members(id);
    return std::all_of(members.begin(), members.end(),
                       [&](const Member& member) { return member.is_base && is_empty(member.type, depth + 1); });
}

std::vector<PaddingOf::Part> PaddingOf::parts_of(DebugTypeId id) const {
    std::vector<Part> parts;
    const uint64_t size = book_.type(id).size_bytes;
    for (const Member& member : book_.members(id)) {
        const DebugType& type = book_.type(member.type);
        if (member.is_base && is_empty(member.type)) continue;
        Part part{.begin = member.offset_bytes,
                  .end = member.offset_bytes + type.size_bytes,
                  .alignment = alignment_of(member.type),
                  .name = std::string(book_.text(member.name)),
                  .stays = member.is_base || member.is_vtable_pointer};
        if (member.is_base) part.name = symbols::short_type(book_.name(member.type));
        if (member.is_bit_field && type.size_bytes > 0) {
            part.begin = member.offset_bytes / type.size_bytes * type.size_bytes;
            part.end = std::min(part.begin + type.size_bytes, size);
            part.is_bits = true;
        }
        parts.push_back(std::move(part));
    }
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.begin < b.begin; });
    // A derived class may put members into the tail of its base.
    for (size_t at = 0; at + 1 < parts.size(); ++at)
        if (parts[at].stays && parts[at + 1].begin > parts[at].begin)
            parts[at].end = std::min(parts[at].end, parts[at + 1].begin);
    return joined_bits(std::move(parts));
}

// Bit fields of one storage unit, and whatever lies in it beside them, are one part.
std::vector<PaddingOf::Part> PaddingOf::joined_bits(std::vector<Part> parts) {
    std::vector<Part> joined;
    for (Part& part : parts) {
        const bool overlaps = !joined.empty() && part.begin < joined.back().end;
        if (overlaps && (part.is_bits || joined.back().is_bits) && !part.stays && !joined.back().stays) {
            Part& unit = joined.back();
            unit.end = std::max(unit.end, part.end);
            unit.alignment = std::max(unit.alignment, part.alignment);
            unit.is_bits = true;
            unit.name = std::move(part.name);
        } else {
            joined.push_back(std::move(part));
        }
    }
    return joined;
}

ClassPadding PaddingOf::work_out(DebugTypeId id) {
    const DebugType& type = book_.type(id);
    const auto members = book_.members(id);
    const bool has_unknown_place = std::any_of(members.begin(), members.end(), [&](const Member& member) {
        return member.is_virtual_base || book_.type(member.type).kind == TypeKind::unknown;
    });
    ClassPadding found{.size_bytes = type.size_bytes, .holes = {}, .best_bytes = type.size_bytes};
    if (book_.is_by_program(id)) return found;  // it need not have said all
    if (type.kind != TypeKind::structure || members.empty() || members.size() > most_members || has_unknown_place)
        return found;
    const std::vector<Part> parts = parts_of(id);
    uint64_t at = 0;
    std::string before;
    for (const Part& part : parts) {
        if (part.end > type.size_bytes) return found;
        if (part.begin > at) found.holes.push_back({at, part.begin - at, before});
        if (part.end >= at) before = part.name;
        at = std::max(at, part.end);
    }
    found.tail_bytes = type.size_bytes - at;
    if (found.tail_bytes > 0) found.holes.push_back({at, found.tail_bytes, before});
    found.is_known = !parts.empty();
    found.best_bytes = std::min(type.size_bytes, best_size(type, parts));
    return found;
}

// The size with all that may move by alignment, the largest first; the size as it is when the order is on purpose.
uint64_t PaddingOf::best_size(const DebugType& type, std::vector<Part> parts) const {
    uint64_t alignment = 1, fixed_end = 0, last_end = 0;
    for (const Part& part : parts) {
        const bool is_packed = part.begin % part.alignment != 0, overlaps = part.begin < last_end;
        const bool is_forced = part.begin >= last_end + part.alignment;
        if (is_packed || overlaps || is_forced) return type.size_bytes;
        alignment = std::max(alignment, part.alignment);
        last_end = std::max(last_end, part.end);
        if (part.stays) fixed_end = std::max(fixed_end, part.end);
    }
    const bool is_forced = type.size_bytes >= last_end + alignment || type.size_bytes % alignment != 0;
    if (is_forced) return type.size_bytes;
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return a.alignment != b.alignment ? a.alignment > b.alignment : a.end - a.begin > b.end - b.begin;
    });
    uint64_t at = fixed_end;
    for (const Part& part : parts)
        if (!part.stays) at = rounded_up(at, part.alignment) + (part.end - part.begin);
    return rounded_up(at, alignment);
}

}  // namespace heapkit::analyze
