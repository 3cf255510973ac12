// SPDX-License-Identifier: MIT
//
// neighbours(): breadth first from the objects asked for, as objgraph draws it: the filter comes before the count, a
// root is not followed, and what is beyond too_many is one box.
//
// Side: heap, floor 7 (analyze).
#include "analyze/neighbours.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;

std::string count_text(size_t count) { return count_to_text(static_cast<int64_t>(count)); }

class Drawing {
   public:
    Drawing(const Heap& heap, const refs::References& references, const NeighbourOptions& options)
        : heap_(heap),
          references_(references),
          options_(options),
          text_(heap, references),
          kept_(heap, options.filter) {}

    Result<void> highlight() {
        if (options_.highlight.empty()) return {};
        auto matches = matching_types(heap_, options_.highlight);
        if (!matches) return matches.error();
        highlighted_ = std::move(*matches);
        return {};
    }

    Net draw(const Chosen& chosen) {
        const std::vector<VertexId> subjects = vertices_of(chosen);
        const size_t shown = std::clamp<size_t>(options_.most_subjects, 1, subjects.size());
        for (size_t subject = 0; subject < shown; ++subject) add_subject(subjects[subject]);
        for (uint32_t node = 0; node < vertices_.size(); ++node) expand(node);
        mark_paths();
        if (shown < subjects.size()) add_other_subjects(chosen, subjects.size() - shown);
        for (Box& box : boxes_) append(std::move(box));
        net_.title = title_of(chosen, shown, subjects.size());
        net_.key = to_referrers() ? "backrefs" : "refs";
        return std::move(net_);
    }

   private:
    // What is not shown, to be drawn behind all vertices.
    struct Box {
        uint32_t at = 0;
        std::string line;
        bool is_held_by_it = false;
    };

    // In the order of the blocks; of those in one container the container once.
    std::vector<VertexId> vertices_of(const Chosen& chosen) const {
        std::vector<VertexId> subjects;
        std::unordered_set<VertexId> seen;
        for (const BlockId block : chosen.blocks)
            if (const VertexId vertex = references_.vertices().of_block(block); seen.insert(vertex).second)
                subjects.push_back(vertex);
        return subjects;
    }

    bool to_referrers() const { return options_.direction == Direction::referrers; }
    bool is_root(uint32_t node) const { return net_.nodes[node].role == NetNode::Role::root; }

    // The vertex's node, as it is or new.
    uint32_t add(VertexId vertex, uint32_t depth) {
        const auto [known, is_new] = node_of_.try_emplace(vertex, static_cast<uint32_t>(vertices_.size()));
        if (!is_new) return known->second;
        NetNode node = text_.node(vertex);
        node.depth = depth;
        if (references_.vertices().kind(vertex) == Vertices::Kind::block)
            tell_more(BlockId(vertex.index()), vertex, node);
        net_.nodes.push_back(std::move(node));
        vertices_.push_back(vertex);
        return known->second;
    }

    void tell_more(BlockId block, VertexId vertex, NetNode& node) const {
        node.is_highlighted = !highlighted_.empty() && highlighted_[heap_.types().of(block).index()];
        const bool is_subject = node.depth == 0;
        if (options_.extra.address) node.lines.push_back(fmt::format("{:#x}", node.address));
        if (const std::string site = text_.site(vertex); (options_.extra.site || is_subject) && !site.empty())
            node.lines.push_back(fmt::format("allocated {}", site));
        if (options_.extra.age)
            node.lines.push_back(fmt::format("{} old", duration_to_text(static_cast<double>(age_ns(heap_, block)))));
    }

    void add_subject(VertexId vertex) {
        const uint32_t node = add(vertex, 0);
        net_.nodes[node].role = NetNode::Role::subject;
    }

    // The neighbours that the filter keeps, one edge each that says what is drawn first: those on the path from a root,
    // then owners, then the rest.
    std::vector<uint32_t> edges_to_follow(VertexId vertex) const {
        std::vector<uint32_t> edges;
        const graph::Graph& graph = references_.graph();
        const auto look_at = [&](uint32_t edge) {
            if (options_.owning_only && !graph.edges[edge].is_strong()) return;
            const VertexId other = other_end(edge);
            const bool is_block = references_.vertices().kind(other) == Vertices::Kind::block;
            if (!is_block || kept_.keeps(BlockId(other.index()))) edges.push_back(edge);
        };
        if (to_referrers()) {
            for (const uint32_t edge : references_.reverse().in(vertex.value)) look_at(edge);
        } else {
            for (uint32_t edge = graph.begin[vertex.index()]; edge < graph.begin[vertex.index() + 1]; ++edge)
                look_at(edge);
        }
        const uint32_t path = references_.paths().edge_to[vertex.index()];
        const auto rank = [&](uint32_t edge) { return edge == path ? 0 : graph.edges[edge].is_strong() ? 1 : 2; };
        std::stable_sort(edges.begin(), edges.end(), [&](uint32_t a, uint32_t b) { return rank(a) < rank(b); });
        return edges;
    }
    VertexId other_end(uint32_t edge) const {
        return VertexId(to_referrers() ? graph::source_of(references_.graph(), edge)
                                       : references_.graph().edges[edge].to());
    }

    bool is_followed(uint32_t node) const {
        const uint64_t address = net_.nodes[node].address;
        return address != 0 && std::ranges::find(options_.followed, address) != options_.followed.end();
    }

    void expand(uint32_t node) {
        if (to_referrers() && is_root(node)) return;
        const std::vector<uint32_t> edges = edges_to_follow(vertices_[node]);
        const bool is_full = options_.most_nodes > 0 && vertices_.size() >= options_.most_nodes;
        if ((is_full || net_.nodes[node].depth >= options_.max_depth) && !is_followed(node)) {
            net_.nodes[node].has_more = !edges.empty();
            return;
        }
        std::unordered_map<VertexId, bool> neighbours;  // and whether they are drawn
        size_t drawn = 0;
        for (const uint32_t edge : edges) {
            const VertexId other = other_end(edge);
            const auto [known, is_new] = neighbours.try_emplace(other, true);
            if (is_new) known->second = options_.too_many == 0 || drawn < options_.too_many;
            drawn += is_new && known->second;
            if (known->second) connect(node, add(other, net_.nodes[node].depth + 1), edge);
        }
        if (const size_t rest = neighbours.size() - drawn; rest > 0)
            boxes_.push_back(
                {node, fmt::format("{} more {}", count_text(rest), to_referrers() ? "backreferences" : "references"),
                 !to_referrers()});
    }

    // One arrow between two nodes, however many fields there are.
    void connect(uint32_t node, uint32_t other, uint32_t edge) {
        const uint32_t from = to_referrers() ? other : node, to = to_referrers() ? node : other;
        const bool owns = references_.graph().edges[edge].is_strong();
        const auto [known, is_new] = arrow_of_.try_emplace(uint64_t{from} << 32 | to, Arrow{net_.edges.size()});
        Arrow& arrow = known->second;
        const std::string label = references_.label(edge);
        if (is_new) net_.edges.push_back({.from = from, .to = to, .label = label, .owns = owns});
        NetEdge& drawn = net_.edges[arrow.index];
        drawn.owns |= owns;
        // In a raw graph, the words of one smart pointer or container are references of one name.
        if (std::ranges::find(arrow.labels, label) != arrow.labels.end() || arrow.labels.size() > most_labels) return;
        arrow.labels.push_back(label);
        if (arrow.labels.size() > 1) drawn.label += ", " + (arrow.labels.size() > most_labels ? "…" : label);
    }

    // The arrows of the way from a root to each subject.
    void mark_paths() {
        const auto& path = references_.paths().edge_to;
        for (uint32_t subject = 0; subject < vertices_.size() && net_.nodes[subject].depth == 0; ++subject) {
            uint32_t node = subject;
            for (size_t step = 0; step < vertices_.size() && path[vertices_[node].index()] != graph::no_edge; ++step) {
                const auto holder =
                    node_of_.find(VertexId(graph::source_of(references_.graph(), path[vertices_[node].index()])));
                if (holder == node_of_.end()) break;
                const auto arrow = arrow_of_.find(uint64_t{holder->second} << 32 | node);
                if (arrow != arrow_of_.end()) net_.edges[arrow->second.index].on_path = true;
                node = holder->second;
            }
        }
    }

    // On the nearest container on the way to the first, as what holds many; else beside the first.
    void add_other_subjects(const Chosen& chosen, size_t others) {
        const auto is_container = [&](const NetEdge& edge) {
            return edge.on_path && net_.nodes[edge.from].role == NetNode::Role::container;
        };
        const auto held = std::find_if(net_.edges.begin(), net_.edges.end(), is_container);
        const std::string line = fmt::format("{} more {}", count_text(others), chosen.name);
        boxes_.push_back({held == net_.edges.end() ? 0 : held->from, line, true});
    }

    void append(Box box) {
        const auto index = static_cast<uint32_t>(net_.nodes.size());
        NetNode node{.lines = {std::move(box.line)}, .role = NetNode::Role::folded};
        node.depth = net_.nodes[box.at].depth + 1;
        net_.nodes.push_back(std::move(node));
        net_.edges.push_back({.from = box.is_held_by_it ? box.at : index,
                              .to = box.is_held_by_it ? index : box.at,
                              .label = {},
                              .owns = false});
    }

    std::string title_of(const Chosen& chosen, size_t shown, size_t subjects) const {
        const std::string which = shown == subjects ? (chosen.blocks.size() == 1 ? "it" : "them")
                                  : shown == 1      ? "one of them"
                                                    : fmt::format("{} of them", count_text(shown));
        const std::string question = to_referrers() ? "who holds" : "what is held by";
        return fmt::format("{} · {} {}", chosen.text, question, which);
    }

    static constexpr size_t most_labels = 3;  // on one arrow
    struct Arrow {
        size_t index = 0;
        std::vector<std::string> labels = {};  // that are shown
    };

    const Heap& heap_;
    const refs::References& references_;
    const NeighbourOptions& options_;
    const VertexText text_;
    const Selection kept_;
    std::vector<bool> highlighted_;
    Net net_;
    std::vector<VertexId> vertices_;  // of the net's first nodes
    std::unordered_map<VertexId, uint32_t> node_of_;
    std::unordered_map<uint64_t, Arrow> arrow_of_;
    std::vector<Box> boxes_;
};

}  // namespace

Result<ExtraInfo> parse_extra_info(std::string_view text) {
    ExtraInfo extra;
    if (text == "all") return ExtraInfo{true, true, true};
    if (text == "none") return extra;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view name = text.substr(begin, end - begin);
        bool* const wanted = name == "address" ? &extra.address
                             : name == "site"  ? &extra.site
                             : name == "age"   ? &extra.age
                                               : nullptr;
        if (wanted == nullptr)
            return Error{fmt::format("there is no extra information \"{}\"", name),
                         "It is address, site, age; or all, or none."};
        *wanted = true;
        begin = end + 1;
    }
    return extra;
}

Result<Net> neighbours(const Heap& heap, const NeighbourOptions& options) {
    const auto chosen = choose(heap, options.of);
    if (!chosen) return chosen.error();
    const auto references = heap.references(options.raw);
    if (!references) return references.error();
    Drawing drawing(heap, **references, options);
    if (const auto highlighted = drawing.highlight(); !highlighted) return highlighted.error();
    return drawing.draw(*chosen);
}

}  // namespace heapkit::analyze
