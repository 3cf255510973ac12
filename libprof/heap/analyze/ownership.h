// SPDX-License-Identifier: MIT
//
// Who owns how much: the dominator tree of a heap's references, with sizes. What retained(), tree() and the containers
// rest on.
//
// Side:    heap, floor 7 (analyze).
// Threads: const once it is built.
// Cost:    dominators of the references, and two passes over them.
// Memory:  40 bytes a block, container and root; graph/dominators.h says what it takes meanwhile.
//
// Three sizes that are never mixed up:
//
//     self       the object itself; of a container its storage
//     retained   what would go if it went: all that no root owns except through it, itself included
//     reachable  all that it owns directly or further on, also what others own too
//
// Only owning references count: a weak_ptr, a back pointer or an iterator keeps nothing alive. What no root owns hangs
// beside the roots, so that all sizes add up to what is live: what is only looked at, by pointers that do not own, and
// what no pointer leads to at all.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analyze/groups.h"
#include "graph/dominators.h"
#include "graph/entries.h"
#include "heap.h"

namespace heapkit::analyze {

class Ownership {
   public:
    static constexpr uint32_t no_group = UINT32_MAX;

    // Errors: those of Heap::references(). `heap` must outlive it.
    static Result<Ownership> of(const Heap& heap, bool raw = false);

    const refs::References& references() const noexcept { return *references_; }
    const graph::Dominators& dominators() const noexcept { return dominators_; }
    const graph::DominatorTree& tree() const noexcept { return tree_; }
    // Of each tier: the roots, then heads of what is left.
    const std::array<std::vector<uint32_t>, graph::tier_count>& entries() const noexcept { return entries_; }

    Total self(uint32_t vertex) const noexcept {
        return {.bytes = self_bytes_[vertex], .blocks = int64_t{self_blocks_[vertex]}};
    }
    Total retained(uint32_t vertex) const noexcept {
        return {.bytes = retained_bytes_[vertex], .blocks = int64_t{retained_blocks_[vertex]}};
    }
    graph::Tier tier(uint32_t vertex) const noexcept { return static_cast<graph::Tier>(tier_[vertex]); }
    Total of_tier(graph::Tier tier) const noexcept;
    bool is_root(uint32_t vertex) const noexcept { return vertex >= references_->vertices().first_root(); }

    // The block that a vertex is, or the first of a container's storage: whose site is the vertex's site.
    BlockId first_block(uint32_t vertex) const noexcept { return BlockId(first_block_[vertex]); }

    // Of each group of vertices what would go if all of it went. An object below another one of its group is not
    // counted again: the sum is over those that no other one of the group dominates, as Eclipse MAT's "retained size of
    // a set, by its top ancestors". It is a lower bound: what two objects of a group own together, and no third, is in
    // neither's retained size. `group_of`: one a vertex, no_group for none.
    std::vector<Total> retained_by(std::span<const uint32_t> group_of, size_t groups) const;

    // Of each set of vertices the bytes that it leads to.
    std::vector<int64_t> reachable_bytes(std::span<const std::vector<uint32_t>> sets) const;

   private:
    Ownership() = default;
    std::vector<uint8_t> weigh(const Heap& heap);
    void sum_up();

    const refs::References* references_ = nullptr;
    graph::Dominators dominators_;
    graph::DominatorTree tree_;
    std::array<std::vector<uint32_t>, graph::tier_count> entries_;
    std::vector<int64_t> self_bytes_, retained_bytes_;
    std::vector<uint32_t> self_blocks_, retained_blocks_, first_block_;
    std::vector<uint8_t> tier_;
};

}  // namespace heapkit::analyze
