// SPDX-License-Identifier: MIT
//
// cycles(): of the objects that no root leads to, those that own each other (strongly connected components along owning
// references) and that nothing outside owns, and objects that own themselves. Of each one closed way is taken, and
// those that close alike are one kind.
//
// Side: heap, floor 7 (analyze).
#include "analyze/cycles.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>

#include "analyze/labels.h"
#include "analyze/vertex_text.h"
#include "base/units.h"
#include "graph/components.h"

namespace heapkit::analyze {
namespace {

using graph::no_edge;
using graph::no_node;
using refs::VertexId;

// The references among lost objects that own: node i is vertex i, and edge_of[j] is edge j in the whole graph.
struct LostGraph {
    graph::Graph graph;
    std::vector<uint32_t> edge_of;
    std::vector<uint8_t> is_lost;
};

LostGraph lost_graph(const refs::References& references) {
    const graph::Graph& all = references.graph();
    LostGraph lost;
    lost.is_lost.resize(all.node_count());
    for (uint32_t vertex = 0; vertex < all.node_count(); ++vertex)
        lost.is_lost[vertex] = vertex < references.vertices().first_root() &&
                               references.vertices().exists(VertexId(vertex)) &&
                               references.paths().edge_to[vertex] == no_edge;
    for (uint32_t vertex = 0; vertex < all.node_count(); ++vertex) {
        for (uint32_t edge = all.begin[vertex]; lost.is_lost[vertex] != 0 && edge < all.begin[vertex + 1]; ++edge) {
            if (!all.edges[edge].is_strong() || lost.is_lost[all.edges[edge].to()] == 0) continue;
            lost.graph.edges.push_back(all.edges[edge]);
            lost.edge_of.push_back(edge);
        }
        lost.graph.end_node();
    }
    return lost;
}

// A closed way: edges of the whole graph, each from where the one before leads to.
using Way = std::vector<uint32_t>;

struct Kind {
    int64_t cycles = 0, objects = 0, bytes = 0;
    bool is_sure = false;  // smart pointers and containers alone close it; a plain pointer may own or not
    Way way;
};

class Finder {
   public:
    Finder(const Heap& heap, const refs::References& references)
        : references_(references),
          text_(heap, references),
          lost_(lost_graph(references)),
          components_(graph::components(lost_.graph, lost_.is_lost)),
          came_by_(lost_.graph.node_count(), no_edge),
          is_claimed_(lost_.graph.node_count()) {}

    // By what closes them: labels without indices and the names of types are equal.
    std::vector<Kind> find() {
        const std::vector<uint32_t> firsts = firsts_of_cycles();
        std::map<std::vector<uint64_t>, Kind> kinds;
        for (const uint32_t first : firsts) {
            Way way = shortest_way_back(first);
            Kind& kind = kinds[keys_of(way)];
            if (kind.cycles++ == 0) {
                kind.is_sure = is_sure(way);
                kind.way = std::move(way);
            }
            claim(first, kind);
        }
        std::vector<Kind> found;
        for (auto& each : kinds) found.push_back(std::move(each.second));
        std::stable_sort(found.begin(), found.end(), [](const Kind& a, const Kind& b) {
            return a.is_sure != b.is_sure ? a.is_sure : a.bytes > b.bytes;
        });
        return found;
    }

   private:
    // Of each component that is a cycle and that no other component leads to one vertex: one that owns itself where
    // there is one, since that is the shortest way back; else the first.
    std::vector<uint32_t> firsts_of_cycles() const {
        std::vector<bool> is_done(components_.count());
        for_each_edge([&](uint32_t from, uint32_t to) {
            if (components_.of[from] != components_.of[to]) is_done[components_.of[to]] = true;
        });
        std::vector<uint32_t> firsts;
        for (const bool of_itself : {true, false}) {
            for (uint32_t vertex = 0; vertex < lost_.graph.node_count(); ++vertex) {
                const uint32_t component = components_.of[vertex];
                if (component == no_node || is_done[component]) continue;
                if (of_itself ? !owns_itself(vertex) : components_.sizes[component] == 1) continue;
                is_done[component] = true;
                firsts.push_back(vertex);
            }
        }
        return firsts;
    }
    bool owns_itself(uint32_t vertex) const {
        return std::ranges::any_of(lost_.graph.out(vertex), [&](graph::Edge edge) { return edge.to() == vertex; });
    }
    bool is_sure(const Way& way) const {
        return std::ranges::all_of(way, [&](uint32_t edge) { return references_.reference(edge).is_smart; });
    }
    template <typename Visit>
    void for_each_edge(Visit visit) const {
        for (uint32_t from = 0; from < lost_.graph.node_count(); ++from)
            for (const graph::Edge edge : lost_.graph.out(from)) visit(from, edge.to());
    }

    // Breadth first inside the component until an edge leads to `first` again.
    Way shortest_way_back(uint32_t first) {
        std::vector<uint32_t> queue = {first};
        Way way;
        for (size_t at = 0; at < queue.size() && way.empty(); ++at) {
            const uint32_t from = queue[at];
            for (uint32_t edge = lost_.graph.begin[from]; edge < lost_.graph.begin[from + 1]; ++edge) {
                const uint32_t to = lost_.graph.edges[edge].to();
                if (components_.of[to] != components_.of[first]) continue;
                if (to == first) {
                    way = way_to(from, first, edge);
                    break;
                }
                if (came_by_[to] != no_edge) continue;
                came_by_[to] = edge;
                queue.push_back(to);
            }
        }
        return way;
    }
    Way way_to(uint32_t last, uint32_t first, uint32_t closing) const {
        Way way = {lost_.edge_of[closing]};
        for (uint32_t vertex = last; vertex != first; vertex = graph::source_of(lost_.graph, came_by_[vertex]))
            way.push_back(lost_.edge_of[came_by_[vertex]]);
        std::reverse(way.begin(), way.end());
        return way;
    }

    // Begins where the key is least, so that it does not matter at which object a cycle was entered.
    std::vector<uint64_t> keys_of(Way& way) const {
        std::vector<uint64_t> keys;
        for (const uint32_t edge : way) {
            const refs::Reference reference = references_.reference(edge);
            keys.push_back(text_.kind_key(reference.from) * 0x9e3779b97f4a7c15 ^ reference.field_key);
        }
        const auto least = std::min_element(keys.begin(), keys.end()) - keys.begin();
        std::rotate(keys.begin(), keys.begin() + least, keys.end());
        std::rotate(way.begin(), way.begin() + least, way.end());
        return keys;
    }

    // What the cycle keeps alive, itself included, as far as no other has it already.
    void claim(uint32_t first, Kind& kind) {
        std::vector<uint32_t> work = {first};
        is_claimed_[first] = true;
        while (!work.empty()) {
            const uint32_t vertex = work.back();
            work.pop_back();
            ++kind.objects;
            kind.bytes += static_cast<int64_t>(references_.size_bytes(VertexId(vertex)));
            for (const graph::Edge edge : lost_.graph.out(vertex)) {
                if (is_claimed_[edge.to()]) continue;
                is_claimed_[edge.to()] = true;
                work.push_back(edge.to());
            }
        }
    }

    const refs::References& references_;
    const VertexText text_;
    const LostGraph lost_;
    const graph::Components components_;
    std::vector<uint32_t> came_by_;
    std::vector<bool> is_claimed_;
};

bool is_of_container(const refs::References& references, uint32_t edge) {
    return references.vertices().kind(references.reference(edge).from) == refs::Vertices::Kind::container;
}

// Containers are what their members hold, so that a way begins at an object where there is one: at the first in the
// alphabet, so that it reads alike in each build of a program.
Way from_an_object(const refs::References& references, const VertexText& text, Way way) {
    size_t first = way.size();
    for (size_t at = 0; at < way.size(); ++at) {
        const bool is_earlier = first == way.size() || text.reference(way[at]) < text.reference(way[first]);
        if (!is_of_container(references, way[at]) && is_earlier) first = at;
    }
    std::ranges::rotate(way, way.begin() + static_cast<std::ptrdiff_t>(first % way.size()));
    return way;
}

Net net_of(const refs::References& references, const VertexText& text, const Way& way) {
    Net net{.title = {}, .key = "cycle", .is_chain = true};
    for (const uint32_t edge : way) {
        const VertexId from = references.reference(edge).from;
        NetNode node = text.node(from);
        if (const std::string site = text.site(from); !site.empty())
            node.lines.push_back(fmt::format("allocated {}", site));
        net.nodes.push_back(std::move(node));
    }
    const auto count = static_cast<uint32_t>(way.size());
    for (uint32_t index = 0; index < count; ++index)
        net.edges.push_back({.from = index,
                             .to = (index + 1) % count,
                             .label = references.label(way[index]),
                             .owns = true,
                             .on_path = true});
    return net;
}

// "Parent::child_ → Child::parent_"; through a container "Parent::children_[i] → Child::parent_".
std::string closing_text(const refs::References& references, const VertexText& text, const Way& way) {
    std::string line;
    for (const uint32_t edge : way) {
        const bool is_element = !line.empty() && is_of_container(references, edge);
        line += is_element ? without_numbers(references.label(edge))
                           : fmt::format("{}{}", line.empty() ? "" : " → ", text.reference(edge));
    }
    return line;
}

Table table_of(const std::vector<CycleKind>& kinds) {
    Table table{.title = "Closed by", .key = "cycles"};
    table.columns = {{.name = "", .key = "fields"},
                     {.name = "cycles", .key = "count", .unit = Unit::count},
                     {.name = "objects", .key = "objects", .unit = Unit::count},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "one of them", .key = "address", .unit = Unit::address},
                     {.name = "kept by", .key = "kept_by"}};
    table.empty = "No cycles that nothing holds.";
    for (const CycleKind& kind : kinds)
        table.rows.push_back({kind.fields, kind.cycles, kind.objects, kind.bytes, static_cast<int64_t>(kind.address),
                              std::string(kind.is_sure ? "smart pointers" : "plain pointers")});
    return table;
}

}  // namespace

Result<Cycles> cycles(const Heap& heap, const CycleOptions& options) {
    const auto found = heap.references(options.raw);
    if (!found) return found.error();
    const refs::References& references = **found;
    const VertexText text(heap, references);
    const std::vector<Kind> kinds = Finder(heap, references).find();
    const size_t shown = options.limit == 0 ? kinds.size() : std::min(options.limit, kinds.size());

    Cycles answer;
    for (const Kind& kind : kinds) {
        answer.cycles += kind.cycles;
        answer.objects += kind.objects;
        answer.bytes += kind.bytes;
        if (answer.kinds.size() == shown) continue;
        const Way way = from_an_object(references, text, kind.way);
        answer.kinds.push_back({.fields = closing_text(references, text, way),
                                .cycles = kind.cycles,
                                .objects = kind.objects,
                                .bytes = kind.bytes,
                                .address = text.address(references.reference(way.front()).from),
                                .is_sure = kind.is_sure,
                                .net = net_of(references, text, way)});
        CycleKind& last = answer.kinds.back();
        last.net.title = fmt::format("{} {} closed by {}", count_to_text(last.cycles),
                                     last.cycles == 1 ? "cycle" : "cycles", last.fields);
    }
    answer.table = table_of(answer.kinds);
    answer.table.rows_left_out = kinds.size() - shown;
    return answer;
}

}  // namespace heapkit::analyze
