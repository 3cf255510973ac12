// SPDX-License-Identifier: MIT
//
// Two passes over all words: one to count each vertex's edges, one to write them down. The storage of a container lies
// anywhere among the blocks, so that edges do not come in the order of their vertices.
//
// Side: heap, floor 5 (refs).
#include "refs/collect.h"

#include <optional>

#include "refs/edges.h"

namespace heapkit::refs {
namespace {

struct Holder {
    uint32_t vertex = 0;
    const prof_root* root = nullptr;  // nullptr: a block
    Shape shape;
};

struct Found {
    uint32_t from = 0;
    graph::Edge edge;
    uint32_t entry = 0;
    bool is_again =
        false;  // the same field and target as the one before: a shared_ptr has two pointers, a vector three
};

class Collector {
   public:
    Collector(const Sources& sources, const Vertices& vertices) : sources_(sources), vertices_(vertices) {}

    template <typename Visit>
    void for_each(Visit visit) const {
        uint64_t begin = 0;
        for (size_t block = 0; block < sources_.blocks.count(); ++block) {
            const uint64_t end = sources_.words.block_end[block];
            const BlockId id(block);
            if (begin < end && !sources_.variables.is_storage(id)) {
                visit_words({.vertex = vertices_.of_block(id).value, .shape = sources_.fields.shape_of(id)}, begin, end,
                            visit);
            }
            begin = end;
        }
        for (size_t root = 0; root < vertices_.roots().size(); ++root) visit_root(root, visit);
    }

   private:
    // Its words reach to the next root's, or to the end of the area.
    template <typename Visit>
    void visit_root(size_t index, Visit& visit) const {
        const Root& root = vertices_.roots()[index];
        const prof_root& area = sources_.words.roots[root.area];
        const bool is_last = index + 1 == vertices_.roots().size() || vertices_.roots()[index + 1].area != root.area;
        Holder holder{.vertex = static_cast<uint32_t>(vertices_.first_root() + index), .root = &area, .shape = {}};
        holder.shape = sources_.fields.shape_of_root(root.area, root.offset_bytes);
        visit_words(holder, root.first_entry, is_last ? area.words_end : vertices_.roots()[index + 1].first_entry,
                    visit);
    }

    template <typename Visit>
    void visit_words(const Holder& holder, uint64_t begin, uint64_t end, Visit& visit) const {
        uint32_t last_to = graph::no_node;
        Link last_link;
        while (begin < end) {
            const auto entry = static_cast<uint32_t>(begin);
            const read::Word word = *read::WordRange::Iterator(sources_.words, begin);
            begin += word.kind == read::WordKind::interior ? 2 : 1;
            const bool may_lead = word.kind == read::WordKind::block || word.kind == read::WordKind::interior ||
                                  word.kind == read::WordKind::self;
            if (!may_lead) continue;
            const Link link = sources_.fields.link(holder.shape, word.offset_bytes);
            const auto edge = edge_of_word(holder, word, link);
            if (!edge) continue;
            const bool is_again = edge->to() == last_to && link.kind != Link::Kind::conservative &&
                                  link.has_steps_of(last_link) && !sources_.raw;
            visit(Found{.from = holder.vertex, .edge = *edge, .entry = entry, .is_again = is_again});
            last_to = edge->to();
            last_link = link;
        }
    }

    std::optional<graph::Edge> edge_of_word(const Holder& holder, const read::Word& word, const Link& link) const {
        if (link.kind == Link::Kind::dead) return std::nullopt;
        if (word.kind == read::WordKind::self) return edge_to_itself(holder, link);
        if (holder.root != nullptr && (is_of_malloc(sources_.snapshot, *holder.root, word, sources_.blocks) ||
                                       sources_.variables.is_storage(*holder.root, word.offset_bytes)))
            return std::nullopt;
        const auto between_blocks = edge_of(word, sources_.blocks, sources_.interior);
        if (!between_blocks) return std::nullopt;
        const VertexId to = vertices_.of_block(word.block);
        if (to.value == holder.vertex || (link.kind == Link::Kind::internal && !sources_.raw)) return std::nullopt;
        bool owns = between_blocks->is_strong() && link.kind != Link::Kind::looks_at;
        // A container owns its storage alone, and nobody else does.
        if ((is_storage(word.block) && !sources_.raw) || link.is_in_container)
            owns = is_of_own_container(holder.shape, word.block, word.offset_bytes);
        return graph::Edge({.to = to.value, .is_strong = owns});
    }

    // Who points at itself is no reference, but a smart pointer that owns its own object keeps it alive.
    static std::optional<graph::Edge> edge_to_itself(const Holder& holder, const Link& link) {
        const bool keeps_itself = holder.root == nullptr && link.is_smart && link.kind == Link::Kind::owns;
        if (!keeps_itself) return std::nullopt;
        return graph::Edge({.to = holder.vertex, .is_strong = true});
    }

    bool is_storage(BlockId block) const {
        return vertices_.kind(vertices_.of_block(block)) == Vertices::Kind::container &&
               sources_.types.containers().is_storage(block);
    }
    // Does the word lie in the container whose storage the block is?
    bool is_of_own_container(const Shape& shape, BlockId block, uint64_t offset_bytes) const {
        const types::Containers& containers = sources_.types.containers();
        if (containers.of_block.empty() || !containers.is_storage(block)) return false;
        const types::Container& container = containers.all[containers.of_block[block.index()].container];
        const types::Place& place = container.place;
        return place.is_root == shape.holder.is_root && place.index == shape.holder.index &&
               offset_bytes >= place.offset_bytes &&
               offset_bytes - place.offset_bytes < sources_.book.type(container.type).size_bytes;
    }

    const Sources& sources_;
    const Vertices& vertices_;
};

}  // namespace

void find_roots(const Sources& sources, Vertices& vertices) {
    for (uint32_t area = 0; area < sources.words.roots.size(); ++area) {
        const prof_root& root = sources.words.roots[area];
        VariableRef last;
        for (uint64_t entry = root.words_begin; entry < root.words_end;) {
            const uint64_t here = entry;
            const read::Word word = *read::WordRange::Iterator(sources.words, entry);
            entry += word.kind == read::WordKind::interior ? 2 : 1;
            if (!edge_of(word, sources.blocks, sources.interior)) continue;
            if (is_of_malloc(sources.snapshot, root, word, sources.blocks)) continue;
            if (sources.variables.is_storage(root, word.offset_bytes)) continue;
            const auto variable = sources.variables.at(root, word.offset_bytes);
            if (variable && variable->is == last) continue;
            last = variable ? variable->is : VariableRef();
            vertices.add_root({.area = area, .offset_bytes = word.offset_bytes, .first_entry = here, .variable = last});
        }
    }
}

// begin[v + 2] first counts vertex v's edges, begin[v + 1] then says where they go on, and in the end where they end.
Collected collect(const Sources& sources, const Vertices& vertices) {
    const Collector collector(sources, vertices);
    Collected collected;
    std::vector<uint32_t>& begin = collected.graph.begin;
    begin.assign(vertices.count() + 2, 0);
    collector.for_each([&](const Found& found) { begin[found.from + 2] += !found.is_again; });
    for (size_t vertex = 2; vertex < begin.size(); ++vertex) begin[vertex] += begin[vertex - 1];
    collected.graph.edges.resize(begin.back(), graph::Edge({.to = 0}));
    collected.entries.resize(begin.back());
    collector.for_each([&](const Found& found) {
        uint32_t& next = begin[found.from + 1];
        if (found.is_again) {  // it owns when one of its words does
            if (found.edge.is_strong()) collected.graph.edges[next - 1] = found.edge;
            return;
        }
        collected.graph.edges[next] = found.edge;
        collected.entries[next++] = found.entry;
    });
    begin.pop_back();
    return collected;
}

}  // namespace heapkit::refs
