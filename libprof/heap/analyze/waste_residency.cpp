// SPDX-License-Identifier: MIT
//
// Bytes by the state of their page, summed up by group.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/waste_residency.h"

#include <algorithm>
#include <numeric>

#include "analyze/waste_pages.h"
#include "read/residency.h"

namespace heapkit::analyze {
namespace {

using read::PageState;
using read::StateBytes;

uint64_t in(const StateBytes& bytes, PageState state) { return bytes[static_cast<size_t>(state)]; }
uint64_t idle_in(const StateBytes& bytes) { return in(bytes, PageState::absent) + in(bytes, PageState::swapped); }

Table table_for(const BlockGroups& groups) {
    Table table{.title = "In memory, swapped and never touched", .key = "residency"};
    const bool has_second = groups.second().has_value();
    table.columns = {{.name = "", .key = std::string(to_text(groups.first()))},
                     {.name = has_second ? std::string(to_text(*groups.second())) : "",
                      .key = has_second ? std::string(to_text(*groups.second())) : "with",
                      .is_for_json = !has_second},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "in memory", .key = "resident", .unit = Unit::bytes},
                     {.name = "swapped", .key = "swapped", .unit = Unit::bytes},
                     {.name = "untouched", .key = "untouched", .unit = Unit::bytes},
                     {.name = "", .key = "unknown", .unit = Unit::bytes, .is_for_json = true}};
    return table;
}

}  // namespace

Result<WasteAnswer> waste_residency(const BlockNames& names, const WasteOptions& options) {
    const Heap& heap = names.heap();
    const auto residency = heap.snapshot().residency();
    if (!residency) return residency.error();
    const auto second = names.has_owners() ? std::optional(BlockKey::owner) : std::nullopt;
    BlockGroups groups = options.by ? BlockGroups(names, *options.by) : BlockGroups(names, BlockKey::type, second);
    Table table = table_for(groups);
    if (!residency->is_known()) {
        table.empty = why_no_pages(heap);
        return WasteAnswer{.tables = {std::move(table)}, .notes = {}};
    }
    std::vector<StateBytes> sums;
    read::ResidencyCursor cursor(*residency);
    for (size_t index = 0; index < heap.blocks().count(); ++index) {
        const uint32_t group = groups.of(BlockId(index));
        if (group == sums.size()) sums.push_back({});
        cursor.add(heap.blocks().address[index], heap.blocks().size_bytes(BlockId(index)), sums[group]);
    }
    std::vector<uint32_t> order(sums.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
        const uint64_t idle_a = idle_in(sums[a]), idle_b = idle_in(sums[b]);
        return idle_a != idle_b ? idle_a > idle_b : in(sums[a], PageState::resident) > in(sums[b], PageState::resident);
    });
    table.empty = "No block is live.";
    const size_t shown = rows_shown(order.size(), options);
    table.rows_left_out = order.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const StateBytes& sum = sums[order[row]];
        const auto bytes = [&](PageState state) { return static_cast<int64_t>(in(sum, state)); };
        table.rows.push_back({groups.first_name(order[row]), groups.second_name(order[row]),
                              static_cast<int64_t>(std::accumulate(sum.begin(), sum.end(), uint64_t{0})),
                              bytes(PageState::resident), bytes(PageState::swapped), bytes(PageState::absent),
                              bytes(PageState::unknown)});
    }
    return WasteAnswer{.tables = {std::move(table)}, .notes = {}};
}

}  // namespace heapkit::analyze
