// SPDX-License-Identifier: MIT
//
// owned_tree(): a node of the answer is a set of vertices; its children are what they dominate, by kind.
//
// Side: heap, floor 7 (analyze).
#include "analyze/owned_tree.h"

#include "analyze/owned_kinds.h"

namespace heapkit::analyze {
namespace {

struct Merged {
    VertexSet members;
    uint32_t depth = 0;
};

class Grower {
   public:
    Grower(const Heap& heap, const Ownership& ownership, const OwnedTreeOptions& options)
        : ownership_(ownership), kinds_(heap, ownership), options_(options) {}

    Tree grow(std::span<const uint32_t> from) {
        if (from.empty()) {
            start_with_all();
        } else {
            add(0, {{from.begin(), from.end()}, 0});
        }
        least_bytes_ = options_.least_share * static_cast<double>(tree_.total[0]);
        for (uint32_t node = 0; node < nodes_.size(); ++node) expand(node);
        return std::move(tree_);
    }

   private:
    // The groups below the super-root are no sets that dominate anything: what hangs below them is said here.
    void start_with_all() {
        add_named(0, "all that is live", {});
        OwnedTops tops = owned_tops(ownership_);
        tree_.total[0] = kinds_.retained_bytes(tops.roots);
        for (const OwnedTops::Rest& rest : tops.rest) tree_.total[0] += kinds_.retained_bytes(rest.members);
        split(0, tops.roots, 1);
        for (const OwnedTops::Rest& rest : tops.rest) {
            const uint32_t node = add_named(0, rest.name, {});
            tree_.total[node] = kinds_.retained_bytes(rest.members);
            split(node, rest.members, 2);
        }
    }

    void expand(uint32_t node) {
        if (static_cast<double>(tree_.total[node]) < least_bytes_ || nodes_[node].depth >= options_.max_depth) return;
        const VertexSet below = kinds_.below(nodes_[node].members);
        const uint32_t depth = nodes_[node].depth + 1;
        nodes_[node].members = {};
        split(node, below, depth);
    }

    void split(uint32_t parent, std::span<const uint32_t> below, uint32_t depth) {
        for (VertexSet& kind : kinds_.by_kind(below)) add(parent, {std::move(kind), depth});
    }

    void add(uint32_t parent, Merged kind) {
        const int64_t bytes = kinds_.retained_bytes(kind.members);
        if (static_cast<double>(bytes) < least_bytes_) return;
        const std::string name = kinds_.name_of(kind.members);
        tree_.total[add_named(parent, name, std::move(kind))] = bytes;
    }
    uint32_t add_named(uint32_t parent, std::string name, Merged kind) {
        const auto node = static_cast<uint32_t>(nodes_.size());
        tree_.parent.push_back(parent);
        tree_.name.push_back(static_cast<uint32_t>(tree_.names.size()));
        tree_.names.push_back(std::move(name));
        tree_.group.push_back(tree_.name.back());
        tree_.total.push_back(0);
        nodes_.push_back(std::move(kind));
        return node;
    }

    const Ownership& ownership_;
    const OwnedKinds kinds_;
    const OwnedTreeOptions options_;
    double least_bytes_ = 0;
    Tree tree_{.title = "Who keeps what alive", .key = "tree"};
    std::vector<Merged> nodes_;  // of each node of the tree
};

}  // namespace

Tree owned_tree(const Heap& heap, const Ownership& ownership, std::span<const uint32_t> from,
                const OwnedTreeOptions& options) {
    return Grower(heap, ownership, options).grow(from);
}

}  // namespace heapkit::analyze
