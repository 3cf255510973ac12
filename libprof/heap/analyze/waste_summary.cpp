// SPDX-License-Identifier: MIT
//
// The summary, and what a block's sizes say of its allocator.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/waste_summary.h"

#include <fmt/format.h>

#include "base/units.h"

namespace heapkit::analyze {
namespace {

// glibc: chunks are multiples of 16 with one word of header inside; mapped ones are pages, with two words.
enum class ChunkKind { none, usual, mapped };
ChunkKind chunk_of(uint64_t address, uint64_t usable_bytes) {
    constexpr uint64_t page_bytes = 4096;
    if (address % 16 != 0) return ChunkKind::none;
    if (address % page_bytes == 16 && (usable_bytes + 16) % page_bytes == 0) return ChunkKind::mapped;
    return usable_bytes >= 24 && usable_bytes % 16 == 8 ? ChunkKind::usual : ChunkKind::none;
}

std::string percent_of(uint64_t part, uint64_t all, std::string_view what) {
    if (all == 0) return "";
    return fmt::format("{} of {}", percent_to_text(100 * static_cast<double>(part) / static_cast<double>(all)), what);
}

class Rows {
   public:
    explicit Rows(Table& table) : table_(table) {}
    void add(std::string name, std::string key, uint64_t bytes, std::string meaning) {
        table_.rows.push_back({std::move(name), std::move(key), static_cast<int64_t>(bytes), std::move(meaning)});
    }

   private:
    Table& table_;
};

void add_allocator(Rows& rows, const AllocatorCost& cost) {
    constexpr auto of_requested = "what was requested";
    rows.add("requested", "requested", cost.requested_bytes, "");
    if (cost.says_usable || cost.is_glibc)
        rows.add("rounded up by the allocator", "rounding", cost.rounding_bytes,
                 percent_of(cost.rounding_bytes, cost.requested_bytes, of_requested));
    if (cost.is_glibc)
        rows.add("headers of blocks", "headers", cost.header_bytes,
                 percent_of(cost.header_bytes, cost.requested_bytes, of_requested) + ": glibc has 8 bytes each");
}

void add_pages(Rows& rows, const PageUse& use) {
    using read::PageState;
    const auto of = [](const read::StateBytes& bytes, PageState state) { return bytes[static_cast<size_t>(state)]; };
    const uint64_t resident = use.resident_bytes();
    constexpr auto of_pages = "them";
    rows.add("the allocator's pages in memory", "resident_pages", resident, "");
    rows.add("  live blocks", "live_resident", use.live_resident_bytes,
             percent_of(use.live_resident_bytes, resident, of_pages));
    rows.add("  free between live blocks", "free_between", use.free_between_bytes(),
             percent_of(use.free_between_bytes(), resident, of_pages) + ", headers included");
    rows.add("  free, whole pages", "free_pages", use.free_pages_bytes,
             percent_of(use.free_pages_bytes, resident, of_pages));
    if (use.kept_bytes > 0)
        rows.add("pages kept by few blocks", "kept_pages", use.kept_bytes,
                 fmt::format("by {} of blocks", size_to_text(use.keeping_bytes)));
    if (of(use.pages, PageState::swapped) > 0)
        rows.add("swapped pages", "swapped_pages", of(use.pages, PageState::swapped),
                 fmt::format("{} of live blocks", size_to_text(of(use.requested, PageState::swapped))));
    rows.add("requested and never touched", "untouched", of(use.requested, PageState::absent),
             "no memory is behind it");
    if (of(use.requested, PageState::unknown) > 0)
        rows.add("in memory or not: unknown", "unknown", of(use.requested, PageState::unknown), "");
}

void add_totals(Rows& rows, const WasteTotals& totals) {
    const auto bytes = [](const std::optional<int64_t>& total) { return static_cast<uint64_t>(*total); };
    if (totals.padding_bytes)
        rows.add("padding in objects", "padding", bytes(totals.padding_bytes),
                 totals.reorder_bytes.value_or(0) > 0
                     ? fmt::format("{} less with members in another order", size_to_text(*totals.reorder_bytes))
                     : "");
    if (totals.spare_bytes) rows.add("spare room in containers", "spare", bytes(totals.spare_bytes), "");
    if (totals.duplicate_bytes) rows.add("duplicates", "duplicates", bytes(totals.duplicate_bytes), "");
    if (totals.zero_bytes) rows.add("blocks of nothing but zeros", "zeros", bytes(totals.zero_bytes), "");
}

}  // namespace

AllocatorCost allocator_cost(const read::Blocks& blocks) {
    constexpr uint64_t few = 100;  // one block in so many may be of another allocator
    AllocatorCost cost;
    uint64_t others = 0;
    for (size_t index = 0; index < blocks.count(); ++index) {
        const BlockId block(index);
        const uint64_t size = blocks.size_bytes(block), rounding = rounding_bytes(blocks, block);
        cost.requested_bytes += size;
        cost.rounding_bytes += rounding;
        if (!blocks.pools.empty() && blocks.pool_around(block) != nullptr) continue;  // no chunk of its own
        const ChunkKind kind = chunk_of(blocks.address[index], size + rounding);
        others += kind == ChunkKind::none;
        cost.header_bytes += kind == ChunkKind::mapped ? 16 : kind == ChunkKind::usual ? 8 : 0;
    }
    cost.says_usable = cost.rounding_bytes > 0;
    cost.is_glibc = blocks.count() > 0 && others <= blocks.count() / few;
    return cost;
}

Table waste_summary(const Heap& heap, const PageUse& use, const WasteTotals& totals) {
    Table table{.title = "Where the memory is", .key = "summary"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "what", .is_for_json = true},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "", .key = "meaning"}};
    Rows rows(table);
    add_allocator(rows, allocator_cost(heap.blocks()));
    if (use.is_known) add_pages(rows, use);
    add_totals(rows, totals);
    return table;
}

}  // namespace heapkit::analyze
