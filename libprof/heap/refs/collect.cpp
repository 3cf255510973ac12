// SPDX-License-Identifier: MIT
//
// Two passes over all words: one finds out what each is, marks it and counts each vertex's edges; one writes the marked
// ones down. The storage of a container lies anywhere among the blocks, so that edges do not come in the order of their
// vertices. A byte a word for the marks costs less than to find out twice.
//
// Side: heap, floor 5 (refs).
#include "refs/collect.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "refs/edges.h"

namespace heapkit::refs {
namespace {

struct Holder {
    uint32_t vertex = 0;
    uint32_t index = 0;               // of the block, or of the root among the vertices' roots
    const prof_root* root = nullptr;  // nullptr: a block
};

enum class Mark : uint8_t {
    none,
    looks_at,  // an edge that does not own
    owns,
    again,  // the same field and target as the one before: a shared_ptr has two pointers, a vector three
    owns_again,
};
bool is_again(Mark mark) { return mark >= Mark::again; }
bool is_owning(Mark mark) { return mark == Mark::owns || mark == Mark::owns_again; }

// The vertices that words lead to. Pointers lead all over memory, so those of the next words are looked up together:
// then memory is waited for once, not for each.
class Targets {
   public:
    Targets(const read::Words& words, const Vertices& vertices) : words_(words), vertices_(vertices) {}

    // Of a word that is a pointer to a block or into one.
    VertexId of(uint64_t entry) {
        if (entry - begin_ >= together) look_up(entry);
        return VertexId(of_[entry - begin_]);
    }

   private:
    static constexpr size_t together = 64;

    void look_up(uint64_t first) {
        begin_ = first;
        const size_t count = std::min<uint64_t>(together, words_.slot.size() - first);
        for (size_t index = 0; index < count; ++index) {
            const uint32_t kind = words_.slot[first + index] & ((1u << PROF_WORD_KIND_BITS) - 1);
            const bool is_into_block = kind == PROF_WORD_BLOCK || kind == PROF_WORD_INTERIOR;
            if (is_into_block) of_[index] = vertices_.of_block(BlockId(words_.value[first + index])).value;
        }
    }

    const read::Words& words_;
    const Vertices& vertices_;
    uint64_t begin_ = UINT64_MAX - together;  // nothing was looked up yet
    std::array<uint32_t, together> of_ = {};
};

class Collector {
   public:
    Collector(const Sources& sources, const Vertices& vertices) : sources_(sources), vertices_(vertices) {}

    // visit(Holder, begin, end): the words of each block that is no storage of a variable, and of each root.
    template <typename Visit>
    void for_each_holder(Visit visit) const {
        uint64_t begin = 0;
        for (size_t block = 0; block < sources_.blocks.count(); ++block) {
            const uint64_t end = sources_.words.block_end[block];
            const BlockId id(block);
            if (begin < end && !sources_.variables.is_storage(id))
                visit(Holder{.vertex = vertices_.of_block(id).value, .index = id.value}, begin, end);
            begin = end;
        }
        for (uint32_t index = 0; index < vertices_.roots().size(); ++index) {
            const Root& root = vertices_.roots()[index];
            if (root.is_python()) break;
            visit(Holder{.vertex = static_cast<uint32_t>(vertices_.first_root() + index),
                         .index = index,
                         .root = &sources_.words.roots[root.area]},
                  root.first_entry, end_of_root(index));
        }
    }

    // visit(vertex, vertex it leads to, number): each reference of Python's between two vertices.
    template <typename Visit>
    void for_each_of_python(Visit visit) const {
        if (sources_.python == nullptr) return;
        const read::Python& python = sources_.python->python();
        const auto visit_all = [&](uint32_t vertex, std::span<const prof_python_reference> references) {
            for (const prof_python_reference& reference : references) {
                const uint32_t block = python.objects[reference.to].block;
                if (block == python::none) continue;
                const uint32_t to = vertices_.of_block(BlockId(block)).value;
                if (to != vertex) visit(vertex, to, static_cast<uint32_t>(&reference - python.references.data()));
            }
        };
        for (uint32_t object = 0; object < python.objects.size(); ++object)
            if (const uint32_t block = python.objects[object].block; block != python::none)
                visit_all(vertices_.of_block(BlockId(block)).value, python.references_of(object));
        for (uint32_t index = 0; index < vertices_.roots().size(); ++index)
            if (const Root& root = vertices_.roots()[index]; root.is_python())
                visit_all(static_cast<uint32_t>(vertices_.first_root() + index),
                          python.references_of(python.roots[root.python]));
    }

    // Marks the words of one holder, and says how many edges they are.
    uint32_t mark(const Holder& holder, uint64_t begin, uint64_t end, std::span<Mark> marks, Targets& targets) const {
        const Shape shape = shape_of(holder);
        uint32_t last_to = graph::no_node, edges = 0;
        Link last_link;
        while (begin < end) {
            const uint64_t entry = begin;
            const read::Word word = *read::WordRange::Iterator(sources_.words, entry);
            begin += word.kind == read::WordKind::interior ? 2 : 1;
            const bool may_lead = word.kind == read::WordKind::block || word.kind == read::WordKind::interior ||
                                  word.kind == read::WordKind::self;
            if (!may_lead) continue;
            const Link link = sources_.fields.link(shape, word.offset_bytes);
            const VertexId to = word.kind == read::WordKind::self ? VertexId(holder.vertex) : targets.of(entry);
            const auto edge = edge_of_word(holder, shape, {word, to}, link);
            if (!edge) continue;
            const bool is_again = edge->to() == last_to && link.kind != Link::Kind::conservative &&
                                  link.has_steps_of(last_link) && !sources_.raw;
            if (is_again) {
                marks[entry] = edge->is_strong() ? Mark::owns_again : Mark::again;
            } else {
                marks[entry] = edge->is_strong() ? Mark::owns : Mark::looks_at;
                ++edges;
            }
            last_to = edge->to();
            last_link = link;
        }
        return edges;
    }

    // Where a marked word leads.
    VertexId target_of(const Holder& holder, uint64_t entry, Targets& targets) const {
        const uint32_t kind = sources_.words.slot[entry] & ((1u << PROF_WORD_KIND_BITS) - 1);
        return kind == PROF_WORD_SELF ? VertexId(holder.vertex) : targets.of(entry);
    }

   private:
    // Its words reach to the next root's, or to the end of the area.
    uint64_t end_of_root(uint32_t index) const {
        const auto& roots = vertices_.roots();
        const bool is_last =
            index + 1 == roots.size() || roots[index + 1].is_python() || roots[index + 1].area != roots[index].area;
        return is_last ? sources_.words.roots[roots[index].area].words_end : roots[index + 1].first_entry;
    }

    Shape shape_of(const Holder& holder) const {
        if (holder.root == nullptr) return sources_.fields.shape_of(BlockId(holder.index));
        const Root& root = vertices_.roots()[holder.index];
        return sources_.fields.shape_of_root(root.area, root.offset_bytes);
    }

    struct Pointer {
        read::Word word;
        VertexId to;
    };
    std::optional<graph::Edge> edge_of_word(const Holder& holder, const Shape& shape, const Pointer& pointer,
                                            const Link& link) const {
        const auto& [word, to] = pointer;
        if (link.kind == Link::Kind::dead) return std::nullopt;
        if (word.kind == read::WordKind::self) return edge_to_itself(holder, link);
        if (holder.root != nullptr && (is_of_malloc(sources_.snapshot, *holder.root, word, sources_.blocks) ||
                                       sources_.variables.is_storage(*holder.root, word.offset_bytes)))
            return std::nullopt;
        const auto between_blocks = edge_of(word, sources_.blocks, sources_.interior);
        if (!between_blocks || is_said_by_python(holder, word.block)) return std::nullopt;
        if (to.value == holder.vertex || (link.kind == Link::Kind::internal && !sources_.raw)) return std::nullopt;
        bool owns = between_blocks->is_strong() && link.kind != Link::Kind::looks_at;
        // A container owns its storage alone, and nobody else does.
        if ((is_storage(word.block, to) && !sources_.raw) || link.is_in_container)
            owns = is_of_own_container(shape, word.block, word.offset_bytes);
        return graph::Edge({.to = to.value, .is_strong = owns});
    }

    // Who refers to an object of Python's from another one is known exactly; of both, their parts as well.
    bool is_said_by_python(const Holder& holder, BlockId target) const {
        if (sources_.python == nullptr || holder.root != nullptr || !sources_.python->any()) return false;
        if (sources_.python->in(target) == python::none) return false;
        const BlockId from(holder.index);
        const uint32_t object = sources_.python->in(from), part = sources_.python->part_of(from);
        const uint32_t owner = object != python::none ? object : part;
        return owner != python::none && sources_.python->has_exact_references(owner);
    }

    // Who points at itself is no reference, but a smart pointer that owns its own object keeps it alive.
    static std::optional<graph::Edge> edge_to_itself(const Holder& holder, const Link& link) {
        const bool keeps_itself = holder.root == nullptr && link.is_smart && link.kind == Link::Kind::owns;
        if (!keeps_itself) return std::nullopt;
        return graph::Edge({.to = holder.vertex, .is_strong = true});
    }

    bool is_storage(BlockId block, VertexId vertex) const {
        return vertices_.kind(vertex) == Vertices::Kind::container && sources_.types.containers().is_storage(block);
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
    if (sources.python == nullptr) return;
    for (uint32_t root = 0; root < sources.python->python().roots.size(); ++root) {
        Root added;
        added.python = root;
        vertices.add_root(added);
    }
}

// begin[v + 2] first counts vertex v's edges, begin[v + 1] then says where they go on, and in the end where they end.
Collected collect(const Sources& sources, const Vertices& vertices) {
    const Collector collector(sources, vertices);
    Targets targets(sources.words, vertices);
    Collected collected;
    std::vector<Mark> marks(sources.words.slot.size(), Mark::none);
    std::vector<uint32_t>& begin = collected.graph.begin;
    begin.assign(vertices.count() + 2, 0);
    collector.for_each_holder([&](const Holder& holder, uint64_t first, uint64_t end) {
        begin[holder.vertex + 2] += collector.mark(holder, first, end, marks, targets);
    });
    collector.for_each_of_python([&](uint32_t vertex, uint32_t, uint32_t) { ++begin[vertex + 2]; });
    for (size_t vertex = 2; vertex < begin.size(); ++vertex) begin[vertex] += begin[vertex - 1];
    collected.graph.edges.resize(begin.back(), graph::Edge({.to = 0}));
    collected.entries.resize(begin.back());
    collector.for_each_holder([&](const Holder& holder, uint64_t first, uint64_t end) {
        uint32_t& next = begin[holder.vertex + 1];
        for (uint64_t entry = first; entry < end; ++entry) {
            if (marks[entry] == Mark::none) continue;
            const uint32_t to = collector.target_of(holder, entry, targets).value;
            if (is_again(marks[entry])) {  // it owns when one of its words does
                if (is_owning(marks[entry]))
                    collected.graph.edges[next - 1] = graph::Edge({.to = to, .is_strong = true});
                continue;
            }
            collected.graph.edges[next] = graph::Edge({.to = to, .is_strong = is_owning(marks[entry])});
            collected.entries[next++] = static_cast<uint32_t>(entry);
        }
    });
    collector.for_each_of_python([&](uint32_t vertex, uint32_t to, uint32_t reference) {
        uint32_t& next = begin[vertex + 1];
        collected.graph.edges[next] = graph::Edge({.to = to, .is_strong = true});
        collected.entries[next++] = static_cast<uint32_t>(sources.words.slot.size() + reference);
    });
    begin.pop_back();
    return collected;
}

}  // namespace heapkit::refs
