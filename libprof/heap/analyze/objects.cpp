// SPDX-License-Identifier: MIT
//
// objects(): a table of them.
//
// Side: heap, floor 7 (analyze).
#include "analyze/objects.h"

#include <algorithm>
#include <optional>

#include "analyze/choose.h"
#include "analyze/vertex_text.h"

namespace heapkit::analyze {
namespace {

using Order = ObjectsOptions::Order;

void sort(std::vector<BlockId>& blocks, const Heap& heap, Order order) {
    const read::Blocks& all = heap.blocks();
    if (order == Order::size)
        std::stable_sort(blocks.begin(), blocks.end(),
                         [&](BlockId a, BlockId b) { return all.size_bytes(a) > all.size_bytes(b); });
    if (order == Order::age)
        std::stable_sort(blocks.begin(), blocks.end(),
                         [&](BlockId a, BlockId b) { return all.birth[a.index()] < all.birth[b.index()]; });
}

// Who holds an object: the last step of its shortest path from a root.
std::string holder_of(const refs::References& references, const VertexText& text, BlockId block) {
    const uint32_t edge = references.paths().edge_to[references.vertices().of_block(block).index()];
    if (edge != graph::no_edge) return text.reference(edge);
    return references.reverse().in(block.value).empty() ? "nothing" : "only what is lost itself";
}

}  // namespace

Result<Table> objects(const Heap& heap, const ObjectsOptions& options) {
    auto chosen = choose(heap, {.addresses = {}, .type = options.type});
    if (!chosen) return chosen.error();
    const Selection selection(heap, options.filter);
    std::erase_if(chosen->blocks, [&](BlockId block) { return !selection.keeps(block); });
    sort(chosen->blocks, heap, options.order);

    Table table{.title = chosen->name, .key = "objects"};
    table.columns = {{.name = "address", .key = "address", .unit = Unit::address},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "age", .key = "age_ns", .unit = Unit::nanoseconds},
                     {.name = "allocated", .key = "site"},
                     {.name = "held by", .key = "holder"}};
    table.empty = "Nothing matches.";
    const size_t count = options.limit == 0 ? chosen->blocks.size() : std::min(options.limit, chosen->blocks.size());
    table.rows_left_out = chosen->blocks.size() - count;

    const auto references = heap.references();
    const types::Sites sites(heap.snapshot(), heap.frames());
    std::optional<VertexText> text;
    if (references) text.emplace(heap, **references);
    for (size_t row = 0; row < count; ++row) {
        const BlockId block = chosen->blocks[row];
        const auto site = sites.site_of(heap.blocks().stack_of(block));
        table.rows.push_back({static_cast<int64_t>(heap.blocks().address[block.index()]),
                              static_cast<int64_t>(heap.blocks().size_bytes(block)), age_ns(heap, block),
                              site ? sites.text_of(*site) : "",
                              references ? holder_of(**references, *text, block) : references.error().what});
    }
    return table;
}

}  // namespace heapkit::analyze
