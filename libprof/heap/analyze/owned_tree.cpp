// SPDX-License-Identifier: MIT
//
// owned_tree(): a node of the answer is a set of vertices; its children are what they dominate, by kind.
//
// Side: heap, floor 7 (analyze).
#include "analyze/owned_tree.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using graph::Tier;
using refs::VertexId;

struct Merged {
    std::vector<uint32_t> members;
    uint32_t depth = 0;
};

class Grower {
   public:
    Grower(const Heap& heap, const Ownership& ownership, const OwnedTreeOptions& options)
        : ownership_(ownership), references_(ownership.references()), text_(heap, references_), options_(options) {}

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
        std::array<Merged, graph::tier_count + 1> tops;
        for (const uint32_t vertex : ownership_.tree().top()) {
            const auto tier = static_cast<size_t>(ownership_.tier(vertex));
            tops[ownership_.is_root(vertex) ? 0 : tier + 1].members.push_back(vertex);
            tree_.total[0] += ownership_.retained(vertex).bytes;
        }
        split(0, tops[0].members, 1);
        static constexpr std::array names = {"shared by several roots", "only looked at, by pointers that do not own",
                                             "unreachable"};
        for (size_t tier = 0; tier < graph::tier_count; ++tier) {
            if (tops[tier + 1].members.empty()) continue;
            const uint32_t node = add_named(0, names[tier], {});
            for (const uint32_t vertex : tops[tier + 1].members) tree_.total[node] += ownership_.retained(vertex).bytes;
            split(node, tops[tier + 1].members, 2);
        }
    }

    void expand(uint32_t node) {
        if (static_cast<double>(tree_.total[node]) < least_bytes_ || nodes_[node].depth >= options_.max_depth) return;
        std::vector<uint32_t> below;
        for (const uint32_t member : nodes_[node].members) {
            const auto children = ownership_.tree().of(member);
            below.insert(below.end(), children.begin(), children.end());
        }
        const uint32_t depth = nodes_[node].depth + 1;
        nodes_[node].members = {};
        split(node, below, depth);
    }

    void split(uint32_t parent, std::span<const uint32_t> below, uint32_t depth) {
        std::unordered_map<uint64_t, size_t> known;
        std::vector<Merged> kinds;
        for (const uint32_t vertex : below) {
            const auto [entry, is_new] = known.try_emplace(kind_of(vertex), kinds.size());
            if (is_new) kinds.push_back({{}, depth});
            kinds[entry->second].members.push_back(vertex);
        }
        for (Merged& kind : kinds) add(parent, std::move(kind));
    }

    // The reference from its dominator, when there is one: it may be held by two things below it instead.
    uint32_t edge_from_dominator(uint32_t vertex) const {
        const uint32_t edge = references_.paths().edge_to[vertex];
        if (edge == graph::no_edge) return edge;
        return graph::source_of(references_.graph(), edge) == ownership_.dominators().of[vertex] ? edge
                                                                                                 : graph::no_edge;
    }
    uint64_t kind_of(uint32_t vertex) const {
        const uint64_t kind = text_.kind_key(VertexId(vertex));
        const uint32_t edge = edge_from_dominator(vertex);
        return edge == graph::no_edge ? kind : kind ^ references_.reference(edge).field_key * 0x9e3779b97f4a7c15;
    }

    void add(uint32_t parent, Merged kind) {
        int64_t bytes = 0;
        for (const uint32_t vertex : kind.members) bytes += ownership_.retained(vertex).bytes;
        if (static_cast<double>(bytes) < least_bytes_) return;
        const std::string name = name_of(kind);
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

    // "docs_ unordered_map<int, Document>", "7,072 × captured user UserRecord", "cache".
    std::string name_of(const Merged& kind) const {
        const uint32_t first = kind.members.front();
        std::string name = text_.name(VertexId(first));
        const uint32_t edge = edge_from_dominator(first);
        if (edge != graph::no_edge) {
            const std::string label = kind.members.size() == 1 ? references_.label(edge) : any_index(edge);
            if (!label.empty()) name = fmt::format("{} {}", label, name);
        }
        if (kind.members.size() == 1) return name;
        return fmt::format("{} × {}", count_to_text(static_cast<int64_t>(kind.members.size())), name);
    }
    // "[].title" of "[42].title"; nothing of "[42]", since the number of objects says as much.
    std::string any_index(uint32_t edge) const {
        const std::string label = references_.label(edge);
        std::string kept;
        bool is_inside = false;
        for (const char c : label) {
            if (c == '[') is_inside = true;
            if (!is_inside && !(kept.empty() && c == '.')) kept += c;
            if (c == ']') is_inside = false;
        }
        return kept;
    }

    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText text_;
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
