// SPDX-License-Identifier: MIT
//
// Ownership: sizes summed up the dominator tree, from what lies deepest to the roots.
//
// Side: heap, floor 7 (analyze).
#include "analyze/ownership.h"

#include "graph/reachable.h"

namespace heapkit::analyze {

using refs::VertexId;

Result<Ownership> Ownership::of(const Heap& heap, bool raw) {
    const auto references = heap.references(raw);
    if (!references) return references.error();
    Ownership ownership;
    ownership.references_ = *references;
    const std::vector<uint8_t> members = ownership.weigh(heap);
    std::vector<uint32_t> roots;
    const refs::Vertices& vertices = (*references)->vertices();
    for (size_t root = vertices.first_root(); root < vertices.count(); ++root)
        roots.push_back(static_cast<uint32_t>(root));
    const graph::Graph& graph = (*references)->graph();
    ownership.entries_ = graph::entries_of(graph, roots, members);
    ownership.dominators_ = graph::dominators(graph, ownership.entries_);
    ownership.tree_ = graph::tree_of(ownership.dominators_);
    ownership.sum_up();
    return ownership;
}

// Every block counts where it was folded to. Members are roots, and what has a block.
std::vector<uint8_t> Ownership::weigh(const Heap& heap) {
    const refs::Vertices& vertices = references_->vertices();
    const read::Blocks& blocks = heap.blocks();
    self_bytes_.resize(vertices.count());
    self_blocks_.resize(vertices.count());
    first_block_.resize(vertices.count());
    for (size_t index = blocks.count(); index-- > 0;) {
        const BlockId block(index);
        const size_t vertex = vertices.of_block(block).index();
        self_bytes_[vertex] += static_cast<int64_t>(blocks.size_bytes(block));
        ++self_blocks_[vertex];
        first_block_[vertex] = block.value;
    }
    std::vector<uint8_t> members(vertices.count());
    for (size_t vertex = 0; vertex < members.size(); ++vertex)
        members[vertex] = vertex >= vertices.first_root() || self_blocks_[vertex] > 0;
    return members;
}

void Ownership::sum_up() {
    retained_bytes_ = self_bytes_;
    retained_blocks_ = self_blocks_;
    tier_.assign(self_bytes_.size(), 0);
    size_t tier = graph::tier_count - 1;
    for (size_t at = dominators_.order.size(); at-- > 0;) {
        while (tier > 0 && at < dominators_.tier_end[tier - 1]) --tier;
        const uint32_t vertex = dominators_.order[at], dominator = dominators_.of[vertex];
        tier_[vertex] = static_cast<uint8_t>(tier);
        if (dominator == graph::no_node) continue;
        retained_bytes_[dominator] += retained_bytes_[vertex];
        retained_blocks_[dominator] += retained_blocks_[vertex];
    }
}

Total Ownership::of_tier(graph::Tier tier) const noexcept {
    Total total;
    for (const uint32_t vertex : tree_.top())
        if (this->tier(vertex) == tier) total += retained(vertex);
    return total;
}

// Down the tree, with a count of each group's objects on the way. Whoever is met with a count of zero is a top one.
std::vector<Total> Ownership::retained_by(std::span<const uint32_t> group_of, size_t groups) const {
    constexpr uint32_t leaving = uint32_t{1} << 31;  // vertices are below that: graph::most_nodes
    std::vector<Total> sums(groups);
    std::vector<uint32_t> above(groups), work(tree_.top().begin(), tree_.top().end());
    while (!work.empty()) {
        const uint32_t next = work.back(), vertex = next & ~leaving, group = group_of[vertex];
        work.pop_back();
        if ((next & leaving) != 0) {
            --above[group];
            continue;
        }
        if (group != no_group) {
            if (above[group]++ == 0) sums[group] += retained(vertex);
            work.push_back(vertex | leaving);
        }
        const auto children = tree_.of(vertex);
        work.insert(work.end(), children.begin(), children.end());
    }
    return sums;
}

std::vector<int64_t> Ownership::reachable_bytes(std::span<const std::vector<uint32_t>> sets) const {
    return graph::reachable_weights(references_->graph(), self_bytes_, sets);
}

}  // namespace heapkit::analyze
