// SPDX-License-Identifier: MIT
//
// Types and holders of leaks.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leak_types.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "analyze/vertex_text.h"
#include "graph/graph.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using types::Type;

// What the blocks of a group have most bytes of.
template <typename Key>
class Most {
   public:
    void add(const Key& key, int64_t bytes) { total_[key] += {.bytes = bytes, .blocks = 1}; }
    size_t count() const { return total_.size(); }
    const Key* key() const {
        const Key* most = nullptr;
        Total best;
        for (const auto& [key, total] : total_) {
            if (most != nullptr && std::tuple(total.bytes, total.blocks) <= std::tuple(best.bytes, best.blocks))
                continue;
            most = &key;
            best = total;
        }
        return most;
    }

   private:
    std::map<Key, Total> total_;
};

// Calls visit(block, group) of each block that is counted and of a kind that is grouped.
template <typename Visit>
void for_each_grouped(const GroupedBlocks& blocks, const LeakKinds& kinds, Visit visit) {
    const std::vector<LeakKind>& of = blocks.verdicts.of;
    for (size_t block = 0; block < of.size(); ++block) {
        if (!kinds.has(of[block]) || (!blocks.counted.empty() && !blocks.counted[block])) continue;
        const uint32_t stack = blocks.heap.blocks().stack[block];
        visit(BlockId(static_cast<uint32_t>(block)), blocks.groups_of_stack[stack][static_cast<size_t>(of[block])]);
    }
}

int64_t size_of(const GroupedBlocks& blocks, BlockId block) {
    return static_cast<int64_t>(blocks.heap.blocks().size_bytes(block));
}

bool is_known(const Type& type) { return type.form != Type::Form::unknown && type.form != Type::Form::place; }

// "rows_[17]" is one field with "rows_[18]".
std::string without_indices(std::string_view text) {
    std::string folded;
    for (size_t at = 0; at < text.size(); ++at) {
        folded += text[at];
        const size_t end = text.find_first_not_of("0123456789", at + 1);
        if (text[at] != '[' || end == at + 1 || end == std::string_view::npos || text[end] != ']') continue;
        folded += "…";
        at = end - 1;
    }
    return folded;
}

class Holders {
   public:
    Holders(const Heap& heap, const refs::References& references) : references_(references), text_(heap, references) {}

    // The reference that holds a vertex: the first that owns it, or the first of all; none from itself.
    uint32_t of(VertexId vertex) const {
        uint32_t found = graph::no_edge;
        for (const uint32_t edge : references_.reverse().in(vertex.value)) {
            if (graph::source_of(references_.graph(), edge) == vertex.value) continue;
            if (references_.graph().edges[edge].is_strong()) return edge;
            if (found == graph::no_edge) found = edge;
        }
        return found;
    }

    using Key = std::pair<uint64_t, uint64_t>;
    Key key_of(uint32_t edge) const {
        const refs::Reference reference = references_.reference(edge);
        return {text_.kind_key(reference.from), reference.field_key};
    }

    // "Session::user_"; of an element of a container, by the field that is the container: "Cache::rows_[…]".
    std::string text_of(uint32_t edge) const {
        const VertexId from = references_.reference(edge).from;
        const std::string element = references_.label(edge);
        if (references_.vertices().kind(from) == refs::Vertices::Kind::container && element.starts_with('['))
            if (const uint32_t field = of(from); field != graph::no_edge)
                return without_indices(text_.reference(field) + element);
        return without_indices(text_.reference(edge));
    }

   private:
    const refs::References& references_;
    const VertexText text_;
};

}  // namespace

void name_types(const GroupedBlocks& blocks, const LeakKinds& kinds, std::vector<LeakGroup>& groups) {
    const types::Types& types = blocks.heap.types();
    std::vector<Most<uint32_t>> most(groups.size());
    for_each_grouped(blocks, kinds, [&](BlockId block, uint32_t group) {
        const types::TypeId type = types.of(block);
        most[group].add(is_known(types.type(type)) ? type.value : 0, size_of(blocks, block));
    });
    for (size_t group = 0; group < groups.size(); ++group) {
        const uint32_t* const type = most[group].key();
        if (type == nullptr || *type == 0) continue;
        groups[group].type = types.type(types::TypeId(*type)).name;
        groups[group].full_type = types.type(types::TypeId(*type)).full_name;
        groups[group].types = static_cast<int64_t>(most[group].count());
    }
}

std::optional<Error> name_holders(const GroupedBlocks& blocks, std::vector<LeakGroup>& groups) {
    const auto references = blocks.heap.references();
    if (!references) return references.error();
    const Holders holders(blocks.heap, **references);
    std::vector<Most<Holders::Key>> most(groups.size());
    std::map<Holders::Key, uint32_t> example;
    const LeakKinds indirect = {.definite = false, .indirect = true, .possible = false, .reachable = false};
    for_each_grouped(blocks, indirect, [&](BlockId block, uint32_t group) {
        const uint32_t edge = holders.of((*references)->vertices().of_block(block));
        if (edge == graph::no_edge) return;
        const Holders::Key key = holders.key_of(edge);
        example.try_emplace(key, edge);
        most[group].add(key, size_of(blocks, block));
    });
    for (size_t group = 0; group < groups.size(); ++group) {
        const Holders::Key* const key = most[group].key();
        if (key == nullptr) continue;
        groups[group].holder = holders.text_of(example.at(*key));
        groups[group].holders = static_cast<int64_t>(most[group].count());
    }
    return std::nullopt;
}

}  // namespace heapkit::analyze
