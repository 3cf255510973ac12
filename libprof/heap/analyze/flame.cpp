// SPDX-License-Identifier: MIT
//
// From call-tree nodes to a tree of functions.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the call-tree nodes of each heap; a node becomes as many tree nodes as it has inlined frames.
#include "analyze/flame.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/heading.h"
#include "analyze/labels.h"
#include "analyze/sites.h"

namespace heapkit::analyze {
namespace {

class TreeBuilder {
   public:
    explicit TreeBuilder(Tree& tree) : tree_(tree) {
        const uint32_t all = text("all"), nothing = text("");
        add_node(0, all, nothing);
    }

    void add(const Heap& heap, const std::vector<int64_t>& weight_of_node, bool is_older) {
        const symbols::Frames& frames = heap.frames();
        const auto parents = heap.snapshot().node_parent();
        std::vector<Label> label_of(frames.location_count());
        std::vector<uint32_t> tree_node(parents.size());  // of each call-tree node: 0, the root, for node 0
        tree_.total[0] += is_older ? 0 : total_of(weight_of_node);
        if (is_older) tree_.old_total[0] += total_of(weight_of_node);
        // Weights with everything below, so that a node is only made when there is something to show.
        std::vector<int64_t> below = weight_of_node;
        for (size_t index = parents.size(); index-- > 1;) below[parents[index]] += below[index];
        for (size_t index = 1; index < parents.size(); ++index) {
            if (below[index] == 0) continue;
            uint32_t at = tree_node[parents[index]];
            const auto locations = frames.at(NodeId(index));
            for (auto location = locations.rbegin(); location != locations.rend(); ++location) {
                at = child(at, label(heap, *location, label_of));
                (is_older ? tree_.old_total : tree_.total)[at] += below[index];
            }
            tree_node[index] = at;
        }
        const int64_t unknown = weight_of_node[0];
        if (unknown == 0) return;
        const uint32_t node = child(0, {.name = text("unknown stack"), .group = text("")});
        (is_older ? tree_.old_total : tree_.total)[node] += unknown;
    }

   private:
    struct Label {
        uint32_t name = UINT32_MAX, group = 0;
    };

    static int64_t total_of(const std::vector<int64_t>& weights) {
        int64_t total = 0;
        for (const int64_t weight : weights) total += weight;
        return total;
    }

    uint32_t text(std::string_view text) {
        const auto [entry, is_new] = text_index_.try_emplace(std::string(text), tree_.names.size());
        if (is_new) tree_.names.emplace_back(text);
        return static_cast<uint32_t>(entry->second);
    }

    Label label(const Heap& heap, symbols::LocationId location, std::vector<Label>& known) {
        Label& label = known[location.index()];
        if (label.name == UINT32_MAX) {
            const symbols::Location& where = heap.frames().location(location);
            label = {.name = text(short_name(heap, location)), .group = text(heap.frames().text(where.module))};
        }
        return label;
    }

    uint32_t add_node(uint32_t parent, uint32_t name, uint32_t group) {
        tree_.parent.push_back(parent);
        tree_.name.push_back(name);
        tree_.group.push_back(group);
        tree_.total.push_back(0);
        if (tree_.is_difference) tree_.old_total.push_back(0);
        return static_cast<uint32_t>(tree_.parent.size() - 1);
    }

    uint32_t child(uint32_t parent, const Label& label) {
        const uint64_t key = uint64_t{parent} << 32 | label.name;
        const auto [entry, is_new] = children_.try_emplace(key, 0);
        if (is_new) entry->second = add_node(parent, label.name, label.group);
        return entry->second;
    }

    Tree& tree_;
    std::unordered_map<std::string, size_t> text_index_;
    std::unordered_map<uint64_t, uint32_t> children_;  // (parent, name): frames of one function are one node
};

bool weighs_by_number(Metric metric) { return metric == Metric::temporary || metric == Metric::count; }

std::vector<int64_t> weights_of_nodes(const Heap& heap, const FlameOptions& options) {
    const Selection selection(heap, options.filter);
    const std::vector<Total> totals = totals_by_stack(heap, options.metric, selection);
    const auto stacks = heap.snapshot().stacks();
    std::vector<int64_t> weights(heap.snapshot().node_pc().size());
    for (size_t index = 0; index < totals.size(); ++index) {
        weights[stacks[index].node] += weighs_by_number(options.metric) ? totals[index].blocks : totals[index].bytes;
    }
    return weights;
}

std::string title_of(const FlameOptions& options) {
    std::string what = "Live bytes";
    if (options.metric == Metric::count) what = "Live blocks";
    if (options.metric == Metric::allocated) what = "Bytes ever allocated";
    if (options.metric == Metric::peak) what = "Bytes at the peak";
    if (options.metric == Metric::temporary) what = "Temporary blocks";
    return fmt::format("{} of {}{}", what, options.heap->snapshot().program(),
                       options.older != nullptr ? ", and what changed" : "");
}

// The heading in one line; its gaps would collapse in a picture.
std::string subtitle_of(const std::vector<Subject>& subjects) {
    constexpr std::string_view gap = "   ", dot = " · ";
    std::string text;
    for (const std::string& line : heading_of(subjects)) {
        if (!text.empty()) text += gap;
        text += line;
    }
    for (size_t at = text.find(gap); at != std::string::npos; at = text.find(gap)) text.replace(at, gap.size(), dot);
    return text;
}

}  // namespace

Result<Tree> flame_tree(const FlameOptions& options) {
    const bool is_live = options.metric == Metric::live || options.metric == Metric::count;
    if (options.filter.asks_for_types() && !is_live) {
        return Error{"types are known of live blocks alone", "Use --metric live or count, or filter by places."};
    }
    for (const Heap* const heap : {options.heap, options.older})
        if (auto refusal = heap != nullptr ? refusal_of(*heap, options.filter) : std::nullopt) return *refusal;
    std::vector<Subject> subjects;
    if (options.older != nullptr) subjects.push_back(subject_of(*options.older));
    subjects.push_back(subject_of(*options.heap));
    Tree tree;
    tree.title = title_of(options);
    tree.key = "flamegraph";
    tree.subtitle = subtitle_of(subjects);
    tree.unit = weighs_by_number(options.metric) ? Unit::count : Unit::bytes;
    tree.is_difference = options.older != nullptr;
    TreeBuilder builder(tree);
    if (options.older != nullptr) builder.add(*options.older, weights_of_nodes(*options.older, options), true);
    builder.add(*options.heap, weights_of_nodes(*options.heap, options), false);
    return tree;
}

}  // namespace heapkit::analyze
