// SPDX-License-Identifier: MIT
//
// Edges: one pass over the words to count them, one to write them down.
//
// Side: heap, floor 5 (refs).
#include "refs/edges.h"

#include <string_view>

namespace heapkit::refs {
namespace {

// At most as many edges as words that point at or into another block. Most of them are.
size_t pointers_among(std::span<const uint32_t> slots) {
    constexpr uint32_t kind_mask = (1u << PROF_WORD_KIND_BITS) - 1;
    size_t count = 0;
    for (const uint32_t slot : slots) count += (slot & kind_mask) <= PROF_WORD_INTERIOR;
    return count;
}

bool is_of_libc(const read::Snapshot& snapshot, const prof_root& root) {
    if (root.kind != PROF_ROOT_GLOBALS) return false;
    const std::string_view path = snapshot.string(snapshot.modules()[root.owner].path);
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return name.starts_with("libc.so") || name.starts_with("libc-2.");
}

bool is_at_chunk_header(const read::Word& word, const read::Blocks& blocks) {
    if (word.kind != read::WordKind::interior) return false;
    const uint64_t usable_bytes = blocks.size_bytes(word.block) + blocks.slack[word.block.index()];
    return word.into_bytes + sizeof(uint64_t) == usable_bytes;
}

// Who holds a block that was handed out of a pool holds the block around it, too.
std::optional<graph::Edge> edge_to_rest(BlockId block, const read::Blocks& blocks) {
    if (blocks.pools.empty()) return std::nullopt;
    const prof_pool* const pool = blocks.pool_around(block);
    if (pool == nullptr || pool->block == PROF_POOL_NO_BLOCK || pool->block == block.value) return std::nullopt;
    return graph::Edge({.to = pool->block, .is_strong = true});
}

struct Memory {
    const read::Snapshot& snapshot;
    const read::Blocks& blocks;
    const read::Words& words;
    const InteriorPointers& interior;
};

template <class Visit>
void visit_roots(const Memory& memory, Visit visit) {
    for (uint32_t index = 0; index < memory.words.roots.size(); ++index) {
        const prof_root& root = memory.words.roots[index];
        const bool may_be_mallocs = is_of_libc(memory.snapshot, root);
        for (const read::Word& word : words_of(memory.words, root)) {
            if (may_be_mallocs && is_at_chunk_header(word, memory.blocks)) continue;
            if (const auto edge = edge_of(word, memory.blocks, memory.interior))
                visit(*edge, RootWord{.root = index, .offset_bytes = word.offset_bytes});
        }
    }
}

}  // namespace

std::optional<graph::Edge> edge_of(const read::Word& word, const read::Blocks& blocks,
                                   const InteriorPointers& interior) noexcept {
    if (word.kind == read::WordKind::block) return graph::Edge({.to = word.block.value, .is_strong = true});
    if (word.kind != read::WordKind::interior || word.into_bytes >= blocks.reach_bytes(word.block)) return std::nullopt;
    return graph::Edge({.to = word.block.value, .is_strong = interior.hold(word.block, word.into_bytes)});
}

Result<graph::Graph> edges_between(const read::Blocks& blocks, const read::Words& words,
                                   const InteriorPointers& interior) {
    if (blocks.count() >= graph::most_nodes)
        return Error{"this heap has more than two billion blocks, too many to follow their references", ""};
    graph::Graph graph;
    graph.begin.reserve(blocks.count() + 1);
    graph.edges.reserve(pointers_among(words.slot.first(words.block_end.empty() ? 0 : words.block_end.back())));
    for (size_t block = 0; block < blocks.count(); ++block) {
        for (const read::Word& word : words_of(words, BlockId(block)))
            if (const auto edge = edge_of(word, blocks, interior)) graph.edges.push_back(*edge);
        if (const auto edge = edge_to_rest(BlockId(block), blocks)) graph.edges.push_back(*edge);
        graph.end_node();
    }
    return graph;
}

bool is_of_malloc(const read::Snapshot& snapshot, const prof_root& root, const read::Word& word,
                  const read::Blocks& blocks) noexcept {
    return is_at_chunk_header(word, blocks) && is_of_libc(snapshot, root);
}

std::vector<graph::Edge> edges_from_roots(const read::Snapshot& snapshot, const read::Blocks& blocks,
                                          const read::Words& words, const InteriorPointers& interior) {
    std::vector<graph::Edge> edges;
    visit_roots({snapshot, blocks, words, interior}, [&](graph::Edge edge, RootWord) { edges.push_back(edge); });
    return edges;
}

std::vector<RootWord> words_of_roots(const read::Snapshot& snapshot, const read::Blocks& blocks,
                                     const read::Words& words, const InteriorPointers& interior) {
    std::vector<RootWord> from;
    visit_roots({snapshot, blocks, words, interior}, [&](graph::Edge, RootWord word) { from.push_back(word); });
    return from;
}

}  // namespace heapkit::refs
