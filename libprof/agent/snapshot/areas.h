// SPDX-License-Identifier: MIT
//
// The allocator's areas: live blocks, and the free memory between them that it keeps for later.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only; the index of blocks is finished.
//
// The kernel shows neighbours with the same rights as one mapping, whoever made them, so a mapping says too much:
//
//     glibc   a block of its own mapping: its pages; one of a further arena: that arena's 64 MiB; else the mapping
//     others  the whole mapping in which a live block lies
#pragma once

#include "base/arena.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

// Whether the program's malloc is glibc's, whose headers are understood.
bool is_glibc(const Writer& writer) noexcept;

// Adds the areas around the live blocks that start in this mapping, as they come: they may reach beyond the mapping and
// overlap. Reads what stands before a block of each area.
void add_areas(const prof_map& map, bool glibc, const Writer& writer, Growing<arena::Extent>& areas) noexcept;

}  // namespace prof::snapshot
