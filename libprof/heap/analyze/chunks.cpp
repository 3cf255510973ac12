// SPDX-License-Identifier: MIT
//
// See chunks.h.
//
// Side: heap, floor 7 (analyze).
#include "analyze/chunks.h"

#include <fmt/format.h>

#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {

std::string chunk_around(const Heap& heap, const refs::References* references, BlockId block) {
    const prof_pool* const pool = heap.blocks().pool_around(block);
    if (pool == nullptr || pool->block == block.value) return "";
    std::string text = fmt::format("a chunk of {} at {:#x}", size_to_text(pool->bytes), pool->address);
    if (pool->block == PROF_POOL_NO_BLOCK) return text + ", all of it handed out";
    if (references == nullptr) return text;
    const refs::VertexId rest = references->vertices().of_block(BlockId(pool->block));
    const uint32_t edge = references->paths().edge_to[rest.index()];
    if (edge == graph::no_edge) return text + ", which nothing holds that leads to a root";
    return text + ", held by " + VertexText(heap, *references).reference(edge);
}

std::vector<std::string> chunk_notes(const Heap& heap, const Choice& choice) {
    const auto references = heap.references();
    const auto chosen = choose(heap, choice);
    if (heap.blocks().pools.empty() || !references || !chosen) return {};
    size_t inside = 0;
    std::string first;
    for (const BlockId block : chosen->blocks) {
        const std::string text = inside == 0 ? chunk_around(heap, *references, block) : "";
        const prof_pool* const pool = heap.blocks().pool_around(block);
        if (pool == nullptr || pool->block == block.value) continue;
        if (++inside == 1) first = fmt::format("{:#x} lies in {}", heap.blocks().address[block.index()], text);
    }
    if (inside == 0) return {};
    if (chosen->blocks.size() == 1) return {first + "."};
    return {fmt::format("{}. Of {}, {} lie in chunks.", first, chosen->text,
                        count_to_text(static_cast<int64_t>(inside)))};
}

}  // namespace heapkit::analyze
