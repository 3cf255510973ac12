// SPDX-License-Identifier: MIT
//
// flame_tree_by_type(): (type, call-tree node) pairs that occur, each made a node of the tree once.
//
// Side:   heap, floor 7 (analyze).
// Memory: 24 bytes for each pair of a type and a frame below which it is allocated.
#include "analyze/flame_by_type.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "analyze/sites.h"

namespace heapkit::analyze {
namespace {

uint64_t pair_of(uint32_t first, uint32_t second) { return uint64_t{first} << 32 | second; }

class TypedTree {
   public:
    TypedTree(Tree& tree, Metric metric) : tree_(tree), metric_(metric) { child_of(0, "all", "", true); }

    void add(const Heap& heap, const Filter& filter, bool is_older) {
        heap_ = &heap;
        totals_ = is_older ? &tree_.old_total : &tree_.total;
        label_of_.assign(heap.frames().location_count(), {});
        node_of_.clear();
        const Selection selection(heap, filter);
        const read::Blocks& blocks = heap.blocks();
        std::unordered_map<uint64_t, int64_t> weights;  // of a type on a stack
        for (size_t index = 0; index < blocks.count(); ++index) {
            const BlockId block(index);
            if (!selection.keeps(block)) continue;
            const Total one = counted(blocks, block);
            const int64_t weight = metric_ == Metric::count ? one.blocks : one.bytes;
            weights[pair_of(heap.types().of(block).value, blocks.stack[index])] += weight;
        }
        std::vector<std::pair<uint64_t, int64_t>> sorted(weights.begin(), weights.end());
        std::sort(sorted.begin(), sorted.end());  // the same tree each time
        for (const auto& [pair, weight] : sorted)
            charge(static_cast<uint32_t>(pair >> 32), StackId(static_cast<uint32_t>(pair)), weight);
    }

   private:
    struct Label {
        uint32_t name = UINT32_MAX, module = 0;
    };

    uint32_t text(std::string_view text) {
        const auto [entry, is_new] = text_index_.try_emplace(std::string(text), tree_.names.size());
        if (is_new) tree_.names.emplace_back(text);
        return static_cast<uint32_t>(entry->second);
    }

    uint32_t child_of(uint32_t parent, std::string_view name, std::string_view module, bool is_root = false) {
        return child_of(parent, Label{text(name), text(module)}, is_root);
    }
    uint32_t child_of(uint32_t parent, const Label& label, bool is_root = false) {
        const auto next = static_cast<uint32_t>(tree_.parent.size());
        if (!is_root) {
            const auto [entry, is_new] = children_.try_emplace(pair_of(parent, label.name), next);
            if (!is_new) return entry->second;
        }
        tree_.parent.push_back(parent);
        tree_.name.push_back(label.name);
        tree_.group.push_back(label.module);
        tree_.total.push_back(0);
        if (tree_.is_difference) tree_.old_total.push_back(0);
        return next;
    }

    const Label& label_of(symbols::LocationId location) {
        Label& label = label_of_[location.index()];
        if (label.name == UINT32_MAX)
            label = {text(short_name(*heap_, location)),
                     text(heap_->frames().text(heap_->frames().location(location).module))};
        return label;
    }

    uint32_t node_of_type(uint32_t type) {
        const types::Type& of_blocks = heap_->types().type(types::TypeId(type));
        return child_of(0, of_blocks.name, "");
    }

    // The tree's node of a call-tree node under a type: from the outermost frame that is not known yet inwards.
    uint32_t node_of(uint32_t type, NodeId node) {
        const auto parents = heap_->snapshot().node_parent();
        std::vector<NodeId> unknown;
        uint32_t at = 0;
        for (; at == 0; node = NodeId(parents[node.index()])) {
            const auto known = node_of_.find(pair_of(type, node.value));
            if (known != node_of_.end()) {
                at = known->second;
            } else if (node.value == 0) {
                at = node_of_type(type);
            } else {
                unknown.push_back(node);
            }
        }
        for (; !unknown.empty(); unknown.pop_back()) {
            const auto locations = heap_->frames().at(unknown.back());
            for (auto location = locations.rbegin(); location != locations.rend(); ++location)
                at = child_of(at, label_of(*location));
            node_of_.emplace(pair_of(type, unknown.back().value), at);
        }
        return at;
    }

    void charge(uint32_t type, StackId stack, int64_t weight) {
        uint32_t node = node_of(type, NodeId(heap_->snapshot().stacks()[stack.index()].node));
        for (; node != 0; node = tree_.parent[node]) (*totals_)[node] += weight;
        (*totals_)[0] += weight;
    }

    Tree& tree_;
    const Metric metric_;
    const Heap* heap_ = nullptr;
    std::vector<int64_t>* totals_ = nullptr;
    std::vector<Label> label_of_;
    std::unordered_map<uint64_t, uint32_t> node_of_, children_;
    std::unordered_map<std::string, size_t> text_index_;
};

// Names that nobody has any more go too.
void drop_unused_names(Tree& tree) {
    std::vector<uint32_t> kept_as(tree.names.size(), UINT32_MAX);
    std::vector<std::string> names;
    for (auto* const column : {&tree.name, &tree.group}) {
        for (uint32_t& name : *column) {
            if (kept_as[name] == UINT32_MAX) {
                kept_as[name] = static_cast<uint32_t>(names.size());
                names.push_back(std::move(tree.names[name]));
            }
            name = kept_as[name];
        }
    }
    tree.names = std::move(names);
}

}  // namespace

Result<Tree> flame_tree_by_type(const FlameOptions& options) {
    if (options.metric != Metric::live && options.metric != Metric::count)
        return Error{"types are known of live blocks alone", "Ask for metric live or growth, or by stack."};
    Tree tree{.title = fmt::format("Live bytes of {} by type{}", options.heap->snapshot().program(),
                                   options.older != nullptr ? ", and what changed" : ""),
              .key = "flamegraph"};
    tree.unit = options.metric == Metric::count ? Unit::count : Unit::bytes;
    tree.is_difference = options.older != nullptr;
    TypedTree builder(tree, options.metric);
    if (options.older != nullptr) builder.add(*options.older, options.filter, true);
    builder.add(*options.heap, options.filter, false);
    return tree;
}

size_t cut_narrow(Tree& tree, double least_share) {
    const size_t count = tree.parent.size();
    const auto width = [&](size_t node) {
        return std::max(tree.total[node], tree.is_difference ? tree.old_total[node] : 0);
    };
    const double least = least_share * static_cast<double>(width(0));
    std::vector<uint32_t> kept_as(count, UINT32_MAX);
    uint32_t kept = 0;
    for (size_t node = 0; node < count; ++node) {
        if (node > 0 && (kept_as[tree.parent[node]] == UINT32_MAX || static_cast<double>(width(node)) < least))
            continue;
        tree.parent[kept] = node == 0 ? 0 : kept_as[tree.parent[node]];
        tree.name[kept] = tree.name[node];
        tree.group[kept] = tree.group[node];
        tree.total[kept] = tree.total[node];
        if (tree.is_difference) tree.old_total[kept] = tree.old_total[node];
        kept_as[node] = kept++;
    }
    for (auto* const column : {&tree.parent, &tree.name, &tree.group}) column->resize(kept);
    tree.total.resize(kept);
    if (tree.is_difference) tree.old_total.resize(kept);
    drop_unused_names(tree);
    return count - kept;
}

}  // namespace heapkit::analyze
