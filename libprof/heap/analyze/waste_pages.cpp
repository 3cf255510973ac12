// SPDX-License-Identifier: MIT
//
// Each page that few blocks keep is charged to them, by their shares of what lives there.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/waste_pages.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>

#include "base/units.h"

namespace heapkit::analyze {
namespace {

struct Keeper {
    double kept_bytes = 0;
    int64_t live_bytes = 0, blocks = 0;
};

struct Charged {
    std::vector<Keeper> keepers;  // by group
    uint32_t next_block = 0;      // those before it were counted

    void add(uint32_t group, const OnPage& part, double kept_bytes) {
        if (group >= keepers.size()) keepers.resize(group + 1);
        Keeper& keeper = keepers[group];
        keeper.kept_bytes += kept_bytes;
        keeper.live_bytes += static_cast<int64_t>(part.bytes);
        if (part.block.value < next_block) return;  // it began on the page before
        ++keeper.blocks;
        next_block = part.block.value + 1;
    }
};

Table table_of(const BlockGroups& groups, const std::vector<Keeper>& keepers, const PageUse& use,
               const WasteOptions& options) {
    Table table{.title = "Pages kept by few blocks", .key = "pages"};
    if (use.kept_bytes > 0)
        table.title = fmt::format("{} of pages kept by {} of blocks", size_to_text(use.kept_bytes),
                                  size_to_text(use.keeping_bytes));
    const bool has_second = groups.second().has_value();
    table.columns = {{.name = "", .key = std::string(to_text(groups.first()))},
                     {.name = has_second ? "allocated" : "",
                      .key = has_second ? std::string(to_text(*groups.second())) : "with",
                      .is_for_json = !has_second},
                     {.name = "blocks", .key = "count", .unit = Unit::count},
                     {.name = "live", .key = "live", .unit = Unit::bytes},
                     {.name = "keeps", .key = "kept", .unit = Unit::bytes}};
    table.empty = "No page is kept by few blocks.";
    std::vector<uint32_t> order(keepers.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return keepers[a].kept_bytes > keepers[b].kept_bytes; });
    const size_t shown = rows_shown(order.size(), options);
    table.rows_left_out = order.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const Keeper& keeper = keepers[order[row]];
        table.rows.push_back({groups.first_name(order[row]), groups.second_name(order[row]), keeper.blocks,
                              keeper.live_bytes, static_cast<int64_t>(keeper.kept_bytes + 0.5)});
    }
    return table;
}

}  // namespace

std::string why_no_pages(const Heap& heap) {
    const prof_process& process = heap.snapshot().process();
    if (process.contents == PROF_CONTENTS_NONE)
        return "The snapshot was taken without contents: it does not say which pages are in memory.";
    return "The snapshot does not say which pages are in memory: it is older than format 1.3, or /proc was not there.";
}

Result<WastePages> waste_pages(const BlockNames& names, const WasteOptions& options) {
    const Heap& heap = names.heap();
    const auto residency = heap.snapshot().residency();
    if (!residency) return residency.error();
    BlockGroups groups =
        options.by ? BlockGroups(names, *options.by) : BlockGroups(names, BlockKey::type, BlockKey::site);
    Charged charged;
    const double page_bytes = static_cast<double>(residency->page_bytes);
    WastePages found;
    found.use = page_use_of(heap.blocks(), *residency, [&](std::span<const OnPage> parts, uint64_t live) {
        for (const OnPage& part : parts)
            charged.add(groups.of(part.block), part,
                        page_bytes * static_cast<double>(part.bytes) / static_cast<double>(live));
    });
    found.answer.tables.push_back(table_of(groups, charged.keepers, found.use, options));
    if (!found.use.is_known) found.answer.tables.back().empty = why_no_pages(heap);
    return found;
}

}  // namespace heapkit::analyze
