// SPDX-License-Identifier: MIT
//
// Blocks sorted by hash and size: equal ones lie side by side.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/waste_duplicates.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "analyze/groups.h"
#include "analyze/page_use.h"
#include "base/parallel.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

// Blocks `begin` to `end` of the sorted ones.
struct Copies {
    uint32_t begin = 0, end = 0;
    int64_t each_bytes = 0, wasted_bytes = 0;  // each: as the first of them; the rest may have other slack
    int64_t count() const noexcept { return int64_t{end} - begin; }
};

struct Hashed {
    uint64_t hash;
    uint32_t block;
};

struct Sorted {
    std::vector<Hashed> blocks;  // with an equal one, by hash, then by size, then by number
    std::vector<Copies> groups;  // most wasted first
    std::vector<uint32_t> zeros;
    int64_t wasted_bytes = 0, wasted_blocks = 0;
};

int64_t usable(const read::Blocks& blocks, uint32_t block) {
    return static_cast<int64_t>(blocks.size_bytes(BlockId(block)) + rounding_bytes(blocks, BlockId(block)));
}

// Hashes are spread evenly: what begins with the same byte fits a cache, and is sorted there.
std::vector<Hashed> by_hash(const read::Blocks& blocks, std::span<const uint64_t> hashes) {
    constexpr size_t bins = 256;
    const auto bin_of = [](uint64_t hash) { return hash >> 56; };
    std::array<size_t, bins + 2> begin = {};
    for (const uint64_t hash : hashes) begin[bin_of(hash) + 2] += hash > PROF_HASH_ZEROS;
    for (size_t bin = 2; bin < begin.size(); ++bin) begin[bin] += begin[bin - 1];
    std::vector<Hashed> sorted(begin.back());
    for (uint32_t block = 0; block < hashes.size(); ++block)
        if (hashes[block] > PROF_HASH_ZEROS) sorted[begin[bin_of(hashes[block]) + 1]++] = {hashes[block], block};
    const auto size = [&](const Hashed& each) { return blocks.size_bytes(BlockId(each.block)); };
    in_parts(bins, std::min(bins, parts_of(sorted.size())), [&](size_t, size_t first, size_t last) {
        for (size_t bin = first; bin < last; ++bin)
            std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(begin[bin]),
                      sorted.begin() + static_cast<std::ptrdiff_t>(begin[bin + 1]),
                      [&](const Hashed& a, const Hashed& b) {
                          if (a.hash != b.hash) return a.hash < b.hash;
                          return size(a) != size(b) ? size(a) < size(b) : a.block < b.block;
                      });
    });
    return sorted;
}

Sorted sorted(const read::Blocks& blocks, std::span<const uint64_t> hashes) {
    Sorted found;
    found.blocks = by_hash(blocks, hashes);
    for (uint32_t block = 0; block < hashes.size(); ++block)
        if (hashes[block] == PROF_HASH_ZEROS) found.zeros.push_back(block);
    const auto size = [&](const Hashed& each) { return blocks.size_bytes(BlockId(each.block)); };
    for (uint32_t begin = 0, end; begin < found.blocks.size(); begin = end) {
        const Hashed& first = found.blocks[begin];
        Copies copies{.begin = begin, .each_bytes = static_cast<int64_t>(size(first))};
        for (end = begin + 1; end < found.blocks.size(); ++end) {
            const Hashed& next = found.blocks[end];
            if (next.hash != first.hash || size(next) != size(first)) break;
            copies.wasted_bytes += usable(blocks, next.block);
        }
        copies.end = end;
        if (copies.count() < 2) continue;
        found.wasted_bytes += copies.wasted_bytes;
        found.wasted_blocks += copies.count() - 1;
        found.groups.push_back(copies);
    }
    std::stable_sort(found.groups.begin(), found.groups.end(),
                     [](const Copies& a, const Copies& b) { return a.wasted_bytes > b.wasted_bytes; });
    return found;
}

struct Most {
    std::string name;
    int64_t count = 0, others = 0;  // others: how many other names there are
};

Most most_of(const BlockNames& names, BlockKey key, std::span<const Hashed> blocks) {
    std::map<uint32_t, int64_t> count_of;
    for (const Hashed& each : blocks) ++count_of[names.number(key, BlockId(each.block))];
    const auto most = std::max_element(count_of.begin(), count_of.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return {.name = names.name(key, most->first),
            .count = most->second,
            .others = static_cast<int64_t>(count_of.size()) - 1};
}

std::string and_others(const Most& most) {
    if (most.others == 0) return most.name;
    return fmt::format("{} and {} other{}", most.name, count_to_text(most.others), most.others == 1 ? "" : "s");
}

Table table_of_values(const BlockNames& names, const Sorted& found, const WasteOptions& options) {
    Table table{.title = "Duplicates", .key = "duplicates"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "owner", .is_for_json = true},
                     {.name = "", .key = "owned_there", .unit = Unit::count, .is_for_json = true},
                     {.name = "copies", .key = "copies", .unit = Unit::count},
                     {.name = "of", .key = "size", .unit = Unit::bytes},
                     {.name = "wasted", .key = "wasted", .unit = Unit::bytes},
                     {.name = "type", .key = "type"},
                     {.name = "", .key = "site", .is_for_json = true},
                     {.name = "first", .key = "address", .unit = Unit::address}};
    table.empty = "No two blocks have equal contents.";
    const size_t shown = rows_shown(found.groups.size(), options);
    table.rows_left_out = found.groups.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const Copies& copies = found.groups[row];
        const auto blocks = std::span(found.blocks).subspan(copies.begin, copies.end - copies.begin);
        const Most owner = most_of(names, BlockKey::owner, blocks), site = most_of(names, BlockKey::site, blocks);
        const Most type = most_of(names, BlockKey::type, blocks);
        table.rows.push_back({and_others(owner), owner.name, owner.count, copies.count(), copies.each_bytes,
                              copies.wasted_bytes, and_others(type), and_others(site),
                              static_cast<int64_t>(names.heap().blocks().address[blocks.front().block])});
    }
    return table;
}

BlockKey key_of(const BlockNames& names, const WasteOptions& options) {
    return options.by.value_or(names.has_owners() ? BlockKey::owner : BlockKey::type);
}

// Each copy but one is waste; of whom that one is, nobody can say: all of them bear their share.
Table table_of_groups(const BlockNames& names, const Sorted& found, const WasteOptions& options) {
    struct Sum {
        double wasted = 0;
        int64_t copies = 0;
    };
    const BlockKey key = key_of(names, options);
    BlockGroups groups(names, key);
    std::vector<Sum> sums;
    for (const Copies& copies : found.groups) {
        const double share = static_cast<double>(copies.wasted_bytes) / static_cast<double>(copies.count());
        for (uint32_t at = copies.begin; at < copies.end; ++at) {
            const uint32_t group = groups.of(BlockId(found.blocks[at].block));
            if (group == sums.size()) sums.emplace_back();
            sums[group].wasted += share;
            ++sums[group].copies;
        }
    }
    std::vector<uint32_t> order(sums.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return sums[a].wasted > sums[b].wasted; });
    Table table{.title = fmt::format("Duplicates by {}", to_text(key)),
                .key = fmt::format("duplicates_by_{}", to_text(key))};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "blocks", .key = "count", .unit = Unit::count},
                     {.name = "wasted", .key = "wasted", .unit = Unit::bytes}};
    table.empty = "No two blocks have equal contents.";
    const size_t shown = rows_shown(order.size(), options);
    table.rows_left_out = order.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const Sum& sum = sums[order[row]];
        table.rows.push_back({groups.first_name(order[row]), sum.copies, static_cast<int64_t>(sum.wasted + 0.5)});
    }
    return table;
}

Table table_of_zeros(const BlockNames& names, const Sorted& found, const WasteOptions& options) {
    const BlockKey key = key_of(names, options);
    BlockGroups groups(names, key);
    std::vector<Total> sums;
    for (const uint32_t block : found.zeros) {
        const uint32_t group = groups.of(BlockId(block));
        if (group == sums.size()) sums.emplace_back();
        sums[group] += {.bytes = static_cast<int64_t>(names.heap().blocks().size_bytes(BlockId(block))), .blocks = 1};
    }
    std::vector<uint32_t> order(sums.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return sums[a].bytes > sums[b].bytes; });
    Table table{.title = "Nothing but zeros", .key = "zeros"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "blocks", .key = "count", .unit = Unit::count},
                     {.name = "size", .key = "size", .unit = Unit::bytes}};
    table.empty = "No block is all zeros.";
    const size_t shown = rows_shown(order.size(), options);
    table.rows_left_out = order.size() - shown;
    for (size_t row = 0; row < shown; ++row)
        table.rows.push_back({groups.first_name(order[row]), sums[order[row]].blocks, sums[order[row]].bytes});
    return table;
}

}  // namespace

bool has_hashes(const Heap& heap) {
    const auto hashes = heap.snapshot().hashes();
    return hashes && !hashes->empty();
}

Result<WasteDuplicates> waste_duplicates(const BlockNames& names, const WasteOptions& options) {
    const read::Snapshot& snapshot = names.heap().snapshot();
    const auto hashes = snapshot.hashes();
    if (!hashes) return hashes.error();
    if (hashes->empty())
        return Error{snapshot.path().string() + " has no hashes of contents: duplicates cannot be found",
                     "Take it with: heapkit run --hashes, or heapkit snapshot PID --hashes"};
    const Sorted found = sorted(names.heap().blocks(), *hashes);
    WasteDuplicates duplicates{.answer = {}, .wasted_bytes = found.wasted_bytes};
    for (const uint32_t block : found.zeros)
        duplicates.zero_bytes += static_cast<int64_t>(names.heap().blocks().size_bytes(BlockId(block)));
    std::vector<Table>& tables = duplicates.answer.tables;
    tables.push_back(table_of_values(names, found, options));
    if (!found.groups.empty()) tables.push_back(table_of_groups(names, found, options));
    if (!found.zeros.empty()) tables.push_back(table_of_zeros(names, found, options));
    return duplicates;
}

}  // namespace heapkit::analyze
