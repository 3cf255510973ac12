// SPDX-License-Identifier: MIT
//
// components(): D. J. Pearce, "A space-efficient algorithm for finding strongly connected components", Information
// Processing Letters 116 (2016), his algorithm PEA_FIND_SCC3, without recursion.
//
// Side: heap, floor 2 (graph).
//
// It is Tarjan's, with index and low link in one number a node:
//
//     0                not seen yet
//     1 … live         seen, its component not finished: the smallest number it is known to lead back to
//     > live           finished: the component's label, counted down from the number of nodes
//
// Labels stay above all live numbers because as many numbers are given back as nodes are finished; so "smaller" alone
// says whether an edge leads back into an unfinished component. The path and the nodes that wait for their component
// share one array from both ends: together they are never more than all nodes.
#include "graph/components.h"

namespace heapkit::graph {
namespace {

class Finder {
   public:
    Finder(const Graph& graph, std::span<const uint8_t> members)
        : graph_(graph),
          members_(members),
          number_(graph.node_count()),
          leads_back_(graph.node_count()),
          places_(graph.node_count()),
          waiting_begin_(graph.node_count()),
          next_label_(static_cast<uint32_t>(graph.node_count())) {}

    Components find() {
        const auto count = static_cast<uint32_t>(graph_.node_count());
        for (uint32_t node = 0; node < count; ++node) {
            if (members_[node] == 0 || number_[node] != 0) continue;
            enter(node);
            while (!cursors_.empty()) step();
        }
        return relabelled();
    }

   private:
    uint32_t top() const { return places_[cursors_.size() - 1]; }

    void enter(uint32_t node) {
        places_[cursors_.size()] = node;
        cursors_.push_back(graph_.begin[node]);
        number_[node] = ++live_;
    }

    // One edge of the node that the path ends at, or the way back from it.
    void step() {
        const uint32_t node = top();
        uint32_t& cursor = cursors_.back();
        if (cursor == graph_.begin[node + 1]) return leave(node);
        const uint32_t to = graph_.edges[cursor++].to();
        if (members_[to] == 0) return;
        if (number_[to] == 0) return enter(to);
        learn(node, to);
    }

    void learn(uint32_t node, uint32_t to) {
        if (number_[to] >= number_[node]) return;
        number_[node] = number_[to];
        leads_back_[node] = true;
    }

    void leave(uint32_t node) {
        cursors_.pop_back();
        if (leads_back_[node])
            places_[--waiting_begin_] = node;
        else
            finish(node);
        if (!cursors_.empty()) learn(top(), node);
    }

    // `node` is where its component was entered: all of it waits on top.
    void finish(uint32_t node) {
        const uint32_t own = number_[node], label = next_label_--;
        while (waiting_begin_ < places_.size() && number_[places_[waiting_begin_]] >= own) {
            number_[places_[waiting_begin_++]] = label;
            --live_;
        }
        number_[node] = label;
        --live_;
    }

    Components relabelled() {
        const auto nodes = static_cast<uint32_t>(graph_.node_count());
        Components found;
        found.sizes.resize(nodes - next_label_);
        for (uint32_t& number : number_) {
            number = number == 0 ? no_node : nodes - number;
            if (number != no_node) ++found.sizes[number];
        }
        found.of = std::move(number_);
        return found;
    }

    const Graph& graph_;
    const std::span<const uint8_t> members_;
    std::vector<uint32_t> number_;
    std::vector<bool> leads_back_;
    std::vector<uint32_t> places_;   // the path from the left, waiting nodes from the right
    std::vector<uint32_t> cursors_;  // next edge of each node of the path
    size_t waiting_begin_;
    uint32_t live_ = 0;
    uint32_t next_label_;
};

}  // namespace

Components components(const Graph& graph, std::span<const uint8_t> members) { return Finder(graph, members).find(); }

}  // namespace heapkit::graph
