// SPDX-License-Identifier: MIT
//
// Snapshot: the shortest chain of references between an object and one that a predicate accepts.
//
// Side:   heap, floor 8 (query).
// Source: objgraph's find_backref_chain() and find_ref_chain(): breadth first, so that the first one found is nearest.
// Memory: 4 bytes a vertex, and what was come to.
#include <algorithm>
#include <vector>

#include "query/state.h"

namespace heapkit {
namespace {

using graph::no_edge;

class Search {
   public:
    Search(const refs::References& references, bool backwards)
        : references_(references), backwards_(backwards), came_by_(references.graph().node_count(), no_edge) {}

    // The edges from `from` to the end that was found, in the order in which they were followed.
    std::vector<uint32_t> from(Object from, const Snapshot::Predicate& is_end, uint32_t max_depth) {
        if (is_end(from)) return {};
        from_ = from.number;
        std::vector<uint32_t> level = {from.number}, next;
        for (uint32_t depth = 0; depth < max_depth && !level.empty(); ++depth) {
            next.clear();
            for (const uint32_t vertex : level)
                if (const auto end = look_around(vertex, is_end, next); end != graph::no_node) return way_to(end);
            level.swap(next);
        }
        return {};
    }

   private:
    uint32_t look_around(uint32_t vertex, const Snapshot::Predicate& is_end, std::vector<uint32_t>& next) {
        const auto visit = [&](uint32_t edge) {
            const uint32_t other =
                backwards_ ? graph::source_of(references_.graph(), edge) : references_.graph().edges[edge].to();
            if (other == from_ || came_by_[other] != no_edge) return false;
            came_by_[other] = edge;
            next.push_back(other);
            return is_end(Object{other});
        };
        if (backwards_) {
            for (const uint32_t edge : references_.reverse().in(vertex))
                if (visit(edge)) return next.back();
        } else {
            const std::vector<uint32_t>& begin = references_.graph().begin;
            for (uint32_t edge = begin[vertex]; edge < begin[vertex + 1]; ++edge)
                if (visit(edge)) return next.back();
        }
        return graph::no_node;
    }

    std::vector<uint32_t> way_to(uint32_t end) const {
        std::vector<uint32_t> edges;
        for (uint32_t at = end; at != from_;) {
            const uint32_t edge = came_by_[at];
            edges.push_back(edge);
            at = backwards_ ? references_.graph().edges[edge].to() : graph::source_of(references_.graph(), edge);
        }
        std::reverse(edges.begin(), edges.end());
        return edges;
    }

    const refs::References& references_;
    bool backwards_;
    uint32_t from_ = 0;
    std::vector<uint32_t> came_by_;
};

std::vector<Reference> as_references(const refs::References& references, const std::vector<uint32_t>& edges) {
    std::vector<Reference> chain;
    for (const uint32_t edge : edges) chain.push_back(query::reference_at(references, edge));
    return chain;
}

}  // namespace

Result<std::vector<Reference>> Snapshot::find_backref_chain(Object object, const Predicate& is_end,
                                                            uint32_t max_depth) const {
    const auto references = state_->references(object);
    if (!references) return references.error();
    const Predicate any_root = [this](Object each) { return is_root(each); };
    std::vector<uint32_t> edges = Search(**references, true).from(object, is_end ? is_end : any_root, max_depth);
    std::reverse(edges.begin(), edges.end());
    return as_references(**references, edges);
}

Result<std::vector<Reference>> Snapshot::find_ref_chain(Object object, const Predicate& is_end,
                                                        uint32_t max_depth) const {
    const auto references = state_->references(object);
    if (!references) return references.error();
    if (!is_end) return Error{"find_ref_chain needs to know where the chain may end", "Give it a predicate."};
    return as_references(**references, Search(**references, false).from(object, is_end, max_depth));
}

}  // namespace heapkit
