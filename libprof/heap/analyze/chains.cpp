// SPDX-License-Identifier: MIT
//
// chains(): one search finds a path to everything. Each path that is asked for gets a number that is equal for those
// alike: the number of its holder's path, with the field and the type that it adds. A type below itself adds nothing,
// so that the elements of a list are held alike, however long it is.
//
// Side: heap, floor 7 (analyze).
#include "analyze/chains.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;

std::string count_text(size_t count) { return count_to_text(static_cast<int64_t>(count)); }

uint64_t mixed(uint64_t a, uint64_t b) {
    uint64_t hash = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xbf58476d1ce4e5b9;
    return hash ^ hash >> 31;
}

// Of the paths that are asked for, and of those above them.
class Signatures {
   public:
    Signatures(const refs::References& references, const VertexText& text)
        : references_(references), text_(text), known_(references.graph().node_count()) {}

    uint64_t of(uint32_t vertex) {
        std::vector<uint32_t>& way = way_;
        for (way.assign(1, vertex); known_[way.back()] == 0 && edge_to(way.back()) != graph::no_edge;)
            way.push_back(holder(way.back()));
        for (; !way.empty(); way.pop_back())
            if (known_[way.back()] == 0) known_[way.back()] = work_out(way.back());
        return known_[vertex];
    }

   private:
    uint32_t edge_to(uint32_t vertex) const { return references_.paths().edge_to[vertex]; }
    uint32_t holder(uint32_t vertex) const { return graph::source_of(references_.graph(), edge_to(vertex)); }

    uint64_t work_out(uint32_t vertex) const {
        const uint64_t kind = text_.kind_key(VertexId(vertex));
        if (edge_to(vertex) == graph::no_edge) return mixed(1, kind) | 1;
        const uint32_t above = holder(vertex);
        if (text_.kind_key(VertexId(above)) == kind) return known_[above];
        return mixed(mixed(known_[above], references_.reference(edge_to(vertex)).field_key), kind) | 1;
    }

    const refs::References& references_;
    const VertexText& text_;
    std::vector<uint64_t> known_;  // 0: not yet
    std::vector<uint32_t> way_;
};

// Objects that are held alike.
struct Alike {
    size_t objects = 0;
    int64_t bytes = 0;
    VertexId one;
    BlockId block;  // that vertex, or storage of it
};

// A path from its root down, with what is left out of its middle.
struct Step {
    VertexId vertex;
    uint32_t edge = graph::no_edge;  // that leads to it
    size_t left_out_above = 0;       // vertices between it and the step before
};

// Of a run of one type the last two and the first are kept; of what is then still too long, both ends.
std::vector<Step> steps_to(const refs::References& references, const graph::Paths& paths, const VertexText& text,
                           VertexId vertex, size_t most) {
    std::vector<Step> steps;
    const size_t from_object = std::max<size_t>(most / 2, 2), from_root = std::max<size_t>(most - most / 2, 2);
    while (true) {
        const uint32_t edge = paths.edge_to[vertex.index()];
        const size_t count = steps.size();
        const auto kind = [&](size_t back) { return text.kind_key(steps[count - back].vertex); };
        const bool goes_on = count >= 3 && kind(1) == text.kind_key(vertex) && kind(2) == kind(1) && kind(3) == kind(1);
        if (goes_on) {
            ++steps[count - 2].left_out_above;
            steps.back() = {.vertex = vertex, .edge = edge};
        } else {
            steps.push_back({.vertex = vertex, .edge = edge});
        }
        if (steps.size() > from_object + from_root) {
            steps[from_object - 1].left_out_above += 1 + steps[from_object].left_out_above;
            steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(from_object));
        }
        if (edge == graph::no_edge) break;
        vertex = VertexId(graph::source_of(references.graph(), edge));
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

// What was asked for, below the container that it is an element of.
struct Element {
    std::string label;  // "[42]", "": it is no element, but a vertex itself
    NetNode node;
};

void make_subject(NetNode& node, const std::string& site) {
    node.role = NetNode::Role::subject;
    node.lines.at(1) = fmt::format("{:#x} · {}", node.address, node.lines.at(1));
    if (!site.empty()) node.lines.push_back(fmt::format("allocated {}", site));
}

Net net_of(const refs::References& references, const VertexText& text, const std::vector<Step>& steps,
           const Element& element = {}) {
    Net net{.title = {}, .key = "chain"};
    net.is_chain = true;
    const auto add = [&](NetNode node, std::string label, bool owns) {
        node.depth = static_cast<uint32_t>(net.nodes.size());
        net.nodes.push_back(std::move(node));
        if (const auto last = static_cast<uint32_t>(net.nodes.size() - 1); last > 0)
            net.edges.push_back(
                {.from = last - 1, .to = last, .label = std::move(label), .owns = owns, .on_path = true});
    };
    for (const Step& step : steps) {
        if (step.left_out_above > 0) {
            const bool is_run = text.kind_key((&step - 1)->vertex) == text.kind_key(step.vertex);
            const std::string what = is_run ? text.name(step.vertex) : "steps";
            add({.lines = {fmt::format("{} more {}", count_text(step.left_out_above), what)},
                 .role = NetNode::Role::folded},
                "", true);
        }
        NetNode node = text.node(step.vertex);
        if (&step == &steps.back() && element.label.empty()) make_subject(node, text.site(step.vertex));
        const bool has_edge = step.edge != graph::no_edge;
        add(std::move(node), has_edge ? references.label(step.edge) : "",
            !has_edge || references.graph().edges[step.edge].is_strong());
    }
    if (!element.label.empty()) add(element.node, element.label, true);
    return net;
}

// "EventBus::handlers_ → [17].handler → captured user"
std::string line_of(const Net& net) {
    std::string line = net.nodes.empty() ? "" : net.nodes.front().lines.front();
    for (const NetEdge& edge : net.edges) {
        const bool is_left_out = net.nodes[edge.to].role == NetNode::Role::folded;
        if (is_left_out || !edge.label.empty()) line += fmt::format(" → {}", is_left_out ? "…" : edge.label);
    }
    return line;
}

class Question {
   public:
    Question(const Heap& heap, const refs::References& references, const ChainOptions& options, const Chosen& chosen)
        : heap_(heap), references_(references), options_(options), chosen_(chosen), text_(heap, references) {}

    Chains answer() {
        Chains chains;
        chains.objects = static_cast<int64_t>(chosen_.blocks.size());
        const std::vector<Alike> kinds = kinds_of(chains);
        const size_t shown = options_.limit == 0 ? kinds.size() : std::min(options_.limit, kinds.size());
        chains.kinds_left_out = kinds.size() - shown;
        chains.kinds.title = fmt::format("How {} {} held", chosen_.text, chosen_.blocks.size() == 1 ? "is" : "are");
        chains.kinds.key = "chains";
        chains.kinds.columns = {{.name = "", .key = "chain"},
                                {.name = "count", .key = "count", .unit = Unit::count},
                                {.name = "size", .key = "size", .unit = Unit::bytes}};
        chains.kinds.empty = "Nothing that leads to a root.";
        chains.kinds.rows_left_out = chains.kinds_left_out;
        for (size_t index = 0; index < shown; ++index) {
            const Alike& alike = kinds[index];
            Net net = net_of(references_, text_,
                             steps_to(references_, references_.paths(), text_, alike.one, options_.max_length),
                             element_of(alike));
            net.title = title_of(alike, shown, kinds.size());
            chains.kinds.rows.push_back({line_of(net), static_cast<int64_t>(alike.objects), alike.bytes});
            chains.nets.push_back(std::move(net));
            chains.examples.push_back(alike.one);
        }
        if (chains.unreachable > 0)
            chains.notes.push_back(fmt::format("No root leads to {} of {}: they are lost, see heapkit leaks.",
                                               count_to_text(chains.unreachable), chosen_.text));
        return chains;
    }

   private:
    // Those of most objects first.
    std::vector<Alike> kinds_of(Chains& chains) const {
        Signatures signatures(references_, text_);
        std::unordered_map<uint64_t, Alike> by_signature;
        for (const BlockId block : chosen_.blocks) {
            const VertexId vertex = references_.vertices().of_block(block);
            if (references_.paths().edge_to[vertex.index()] == graph::no_edge) {
                ++chains.unreachable;
                continue;
            }
            Alike& alike = by_signature[signatures.of(vertex.value)];
            if (alike.objects++ == 0) {
                alike.one = vertex;
                alike.block = block;
            }
            alike.bytes += static_cast<int64_t>(heap_.blocks().size_bytes(block));
        }
        std::vector<Alike> kinds;
        for (const auto& each : by_signature) kinds.push_back(each.second);
        std::sort(kinds.begin(), kinds.end(), [](const Alike& a, const Alike& b) {
            return a.objects != b.objects ? a.objects > b.objects : a.one < b.one;
        });
        return kinds;
    }

    Element element_of(const Alike& alike) const {
        if (references_.vertices().kind(alike.one) != Vertices::Kind::container) return {};
        const std::string label = references_.element_label(alike.block);
        if (label.empty()) return {};
        // A vertex of its own it is not, but it has a block's facts.
        NetNode node = text_.node(VertexId(alike.block.value));
        node.lines.at(0) = chosen_.name;
        make_subject(node, text_.site(VertexId(alike.block.value)));
        return {label, std::move(node)};
    }

    std::string title_of(const Alike& alike, size_t shown, size_t kinds) const {
        const size_t all = chosen_.blocks.size();
        if (all == 1) return fmt::format("{} is held like this", chosen_.text);
        if (alike.objects == all) return fmt::format("All {} {} are held like this", count_text(all), chosen_.name);
        const std::string others = shown < kinds
                                       ? fmt::format(" ({} {}: --all-chains)", count_text(all - alike.objects),
                                                     all - alike.objects == 1 ? "other" : "others")
                                       : "";
        return fmt::format("{} of {} {} {} held like this{}", count_text(alike.objects), count_text(all), chosen_.name,
                           alike.objects == 1 ? "is" : "are", others);
    }

    const Heap& heap_;
    const refs::References& references_;
    const ChainOptions& options_;
    const Chosen& chosen_;
    const VertexText text_;
};

}  // namespace

Result<Chains> chains(const Heap& heap, const ChainOptions& options) {
    const auto chosen = choose(heap, options.of);
    if (!chosen) return chosen.error();
    const auto references = heap.references(options.raw);
    if (!references) return references.error();
    return Question(heap, **references, options, *chosen).answer();
}

Result<Net> chain_to(const Heap& heap, const ChainToOptions& options) {
    const auto chosen = choose(heap, options.of);
    if (!chosen) return chosen.error();
    const auto matches = matching_types(heap, options.to);
    if (!matches) return matches.error();
    const auto found = heap.references(options.raw);
    if (!found) return found.error();
    const refs::References& references = **found;
    std::vector<uint32_t> from;
    for (const BlockId block : chosen->blocks) from.push_back(references.vertices().of_block(block).value);
    const graph::Paths paths = graph::shortest_paths(references.graph(), std::span(&from, 1));
    const auto is_wanted = [&](uint32_t vertex) {
        const bool is_block = references.vertices().kind(VertexId(vertex)) == Vertices::Kind::block;
        return is_block && paths.edge_to[vertex] != graph::no_edge &&
               (*matches)[heap.types().of(BlockId(vertex)).index()];
    };
    const auto nearest = std::find_if(paths.order.begin(), paths.order.end(), is_wanted);
    if (nearest == paths.order.end())
        return Error{fmt::format("no references lead from {} to any {}", chosen->text, options.to),
                     "Perhaps the other way round: heapkit backrefs --chain."};
    const VertexText text(heap, references);
    Net net = net_of(references, text, steps_to(references, paths, text, VertexId(*nearest), options.max_length));
    net.title = fmt::format("The shortest way from {} to {}", chosen->text, options.to);
    return net;
}

}  // namespace heapkit::analyze
