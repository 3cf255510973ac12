// SPDX-License-Identifier: MIT
//
// Of what type lost blocks are, and through which field of which type others hold them.
//
// Side:   heap, floor 7 (analyze).
// Cost:   the heap's types, and its references when holders are asked for; then one pass over the blocks.
// Memory: a few entries a group.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "analyze/leak_groups.h"

namespace heapkit::analyze {

// Of each stack: the group of its blocks of each kind.
using GroupsOfStack = std::array<uint32_t, 4>;

struct GroupedBlocks {
    const Heap& heap;
    const Verdicts& verdicts;
    const Counted& counted;
    std::span<const GroupsOfStack> groups_of_stack;
};

// Sets type and types of the groups whose kind is in `kinds`. A group that has mostly blocks of no known type keeps "".
void name_types(const GroupedBlocks& blocks, const LeakKinds& kinds, std::vector<LeakGroup>& groups);

// Sets holder and holders of the groups of indirectly lost blocks. Errors: those of Heap::references().
std::optional<Error> name_holders(const GroupedBlocks& blocks, std::vector<LeakGroup>& groups);

}  // namespace heapkit::analyze
