// SPDX-License-Identifier: MIT
//
// objects(): a table of them.
//
// Side: heap, floor 7 (analyze).
#include "analyze/objects.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "analyze/choose.h"
#include "analyze/domains.h"
#include "analyze/vertex_text.h"

namespace heapkit::analyze {
namespace {

using Order = ObjectsOptions::Order;

// Ties by address, so that pages of one table never overlap.
bool is_before(const read::Blocks& all, const ObjectsOptions& options, BlockId a, BlockId b) {
    if (options.is_reversed) std::swap(a, b);
    if (options.order == Order::size && all.size_bytes(a) != all.size_bytes(b))
        return all.size_bytes(a) > all.size_bytes(b);
    if (options.order == Order::age && all.birth[a.index()] != all.birth[b.index()])
        return all.birth[a.index()] < all.birth[b.index()];
    return a < b;
}

// Sorts those that stand at `begin` up to `end` in the whole order, and leaves the rest as it is.
void sort_part(std::vector<BlockId>& blocks, const Heap& heap, const ObjectsOptions& options, size_t begin,
               size_t end) {
    const auto less = [&](BlockId a, BlockId b) { return is_before(heap.blocks(), options, a, b); };
    const auto at = [&](size_t index) { return blocks.begin() + static_cast<std::ptrdiff_t>(index); };
    if (options.order == Order::address && !options.is_reversed) return;
    if (begin > 0 && begin < blocks.size()) std::nth_element(at(0), at(begin), blocks.end(), less);
    std::partial_sort(at(begin), at(end), blocks.end(), less);
}

bool contains(const std::string& text, const std::string& part) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

// Keeps the blocks whose site has a text in it; asked once a stack.
void keep_sites(std::vector<BlockId>& blocks, const Heap& heap, const types::Sites& sites, const std::string& part) {
    if (part.empty()) return;
    std::vector<int8_t> known(heap.snapshot().stacks().size(), -1);
    std::erase_if(blocks, [&](BlockId block) {
        const StackId stack = heap.blocks().stack_of(block);
        int8_t& keeps = known[stack.index()];
        if (keeps < 0) {
            const auto site = sites.site_of(stack);
            keeps = site && contains(sites.text_of(*site), part) ? 1 : 0;
        }
        return keeps == 0;
    });
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
    const types::Sites sites(heap.snapshot(), heap.frames());
    const Domains domains(heap);
    keep_sites(chosen->blocks, heap, sites, options.site);

    Table table{.title = chosen->name, .key = "objects"};
    table.columns = {{.name = "address", .key = "address", .unit = Unit::address},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "age", .key = "age_ns", .unit = Unit::nanoseconds},
                     {.name = "allocated", .key = "site"},
                     {.name = "held by", .key = "holder"}};
    const bool has_domains = Domains::are_in(heap);
    if (has_domains) table.columns.insert(table.columns.end() - 1, {.name = "domain", .key = "domain"});
    table.empty = "Nothing matches.";
    const size_t begin = std::min(options.offset, chosen->blocks.size()), rest = chosen->blocks.size() - begin;
    const size_t count = options.limit == 0 ? rest : std::min(options.limit, rest);
    table.rows_left_out = chosen->blocks.size() - count;
    sort_part(chosen->blocks, heap, options, begin, begin + count);

    const auto references = heap.references();
    std::optional<VertexText> text;
    if (references) text.emplace(heap, **references);
    for (size_t row = 0; row < count; ++row) {
        const BlockId block = chosen->blocks[begin + row];
        const auto site = sites.site_of(heap.blocks().stack_of(block));
        table.rows.push_back({static_cast<int64_t>(heap.blocks().address[block.index()]),
                              static_cast<int64_t>(heap.blocks().size_bytes(block)), age_ns(heap, block),
                              site ? sites.text_of(*site) : "",
                              references ? holder_of(**references, *text, block) : references.error().what});
        auto& cells = table.rows.back();
        if (has_domains) cells.insert(cells.end() - 1, domains.path(domains.of(block)));
    }
    return table;
}

}  // namespace heapkit::analyze
