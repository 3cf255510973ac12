// SPDX-License-Identifier: MIT
//
// Grouping: blocks into stacks, stacks into groups.
//
// Side: heap, floor 7 (analyze). A group's key is made of texts, never of ids, so that two heaps agree on it.
#include "analyze/groups.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "analyze/domains.h"
#include "analyze/sites.h"
#include "analyze/threads.h"
#include "analyze/traceback_keys.h"

namespace heapkit::analyze {
namespace {

template <typename Enum, size_t Count>
using Names = std::array<std::pair<std::string_view, Enum>, Count>;

constexpr Names<GroupBy, 8> group_names = {{{"lineno", GroupBy::lineno},
                                            {"filename", GroupBy::filename},
                                            {"function", GroupBy::function},
                                            {"module", GroupBy::module},
                                            {"traceback", GroupBy::traceback},
                                            {"type", GroupBy::type},
                                            {"thread", GroupBy::thread},
                                            {"domain", GroupBy::domain}}};
constexpr Names<Metric, 5> metric_names = {{{"live", Metric::live},
                                            {"count", Metric::count},
                                            {"allocated", Metric::allocated},
                                            {"peak", Metric::peak},
                                            {"temporary", Metric::temporary}}};

template <typename Enum, size_t Count>
std::optional<Enum> value_of(const Names<Enum, Count>& names, std::string_view text) noexcept {
    for (const auto& [name, value] : names) {
        if (name == text) return value;
    }
    return std::nullopt;
}

template <typename Enum, size_t Count>
std::string_view name_of(const Names<Enum, Count>& names, Enum wanted) noexcept {
    for (const auto& [name, value] : names) {
        if (value == wanted) return name;
    }
    return "";
}

bool is_of_live_blocks(Metric metric) { return metric == Metric::live || metric == Metric::count; }

// Groups under construction, found by key.
class GroupTable {
   public:
    uint32_t find_or_add(std::string key, Place place, StackId example) {
        const auto [entry, is_new] = index_.try_emplace(std::move(key), static_cast<uint32_t>(groups_.size()));
        if (is_new) groups_.push_back({.key = entry->first, .place = std::move(place), .example = example});
        return entry->second;
    }
    Group& operator[](uint32_t group) { return groups_[group]; }
    void charge(uint32_t group, const Total& total) { groups_[group].total += total; }
    std::vector<Group> take() {
        std::erase_if(groups_, [](const Group& group) { return group.total.blocks == 0 && group.total.bytes == 0; });
        return std::move(groups_);
    }

   private:
    std::unordered_map<std::string, uint32_t> index_;
    std::vector<Group> groups_;
};

// Equal for two places exactly when they belong to one group. Without line information a function stands for its
// lines, and a module for its files.
std::string key_of(const Place& place, GroupBy by) {
    const bool has_file = !place.file.empty();
    if (by == GroupBy::lineno && has_file) return fmt::format("{}:{}", place.file, place.line);
    if (by == GroupBy::filename) return has_file ? place.file : fmt::format("\n{}", place.module);
    if (by == GroupBy::module) return place.module;
    return fmt::format("{}\n{}", place.function, place.module);
}

// What all places of a group have in common; by line the function is kept too, as the name of the line.
Place common_part(Place place, GroupBy by) {
    if (by == GroupBy::lineno) return place;
    place.line = 0;
    if (by != GroupBy::function) place.function.clear();
    if (by == GroupBy::module) place.file.clear();
    return place;
}

// Groups of places, found by location: the text of a location is looked at once, however many stacks go through it.
class PlaceGroups {
   public:
    PlaceGroups(const Heap& heap, GroupBy by, GroupTable& table)
        : heap_(heap), by_(by), table_(table), of_location_(heap.frames().location_count(), none) {}

    uint32_t of(symbols::LocationId location, StackId stack) {
        uint32_t& group = of_location_[location.index()];
        if (group == none) {
            Place place = place_of(heap_, location);
            std::string key = key_of(place, by_);
            group = table_.find_or_add(std::move(key), common_part(std::move(place), by_), stack);
            table_[group].short_name = short_name(heap_, location);
        }
        return group;
    }

   private:
    static constexpr uint32_t none = UINT32_MAX;
    const Heap& heap_;
    GroupBy by_;
    GroupTable& table_;
    std::vector<uint32_t> of_location_;
};

void charge_sites(const Heap& heap, const Grouping& grouping, const std::vector<Total>& totals, GroupTable& table) {
    const Sites sites(heap, {.raw_frames = grouping.raw_frames});
    PlaceGroups groups(heap, grouping.by, table);
    for (size_t index = 0; index < totals.size(); ++index) {
        if (totals[index].blocks == 0) continue;
        const auto site = sites.of(StackId(index));
        const uint32_t group = site ? groups.of(*site, StackId(index)) : table.find_or_add("", {}, StackId(index));
        table.charge(group, totals[index]);
    }
}

void charge_every_frame(const Heap& heap, const Grouping& grouping, const std::vector<Total>& totals,
                        GroupTable& table) {
    PlaceGroups groups(heap, grouping.by, table);
    std::vector<uint32_t> of_this_stack;
    for (size_t index = 0; index < totals.size(); ++index) {
        if (totals[index].blocks == 0) continue;
        of_this_stack.clear();
        for_each_frame(heap, StackId(index), [&](symbols::LocationId location) {
            of_this_stack.push_back(groups.of(location, StackId(index)));
            return true;
        });
        if (of_this_stack.empty()) of_this_stack.push_back(table.find_or_add("", {}, StackId(index)));
        std::sort(of_this_stack.begin(), of_this_stack.end());  // recursion charges a group once
        of_this_stack.erase(std::unique(of_this_stack.begin(), of_this_stack.end()), of_this_stack.end());
        for (const uint32_t group : of_this_stack) table.charge(group, totals[index]);
    }
}

void charge_tracebacks(const Heap& heap, const Grouping& grouping, const std::vector<Total>& totals,
                       GroupTable& table) {
    const Sites sites(heap, {.raw_frames = grouping.raw_frames});
    const TracebackKeys keys(heap);
    for (size_t index = 0; index < totals.size(); ++index) {
        if (totals[index].blocks == 0) continue;
        const auto site = sites.of(StackId(index));
        const uint32_t group =
            table.find_or_add(keys.of(StackId(index)), site ? place_of(heap, *site) : Place{}, StackId(index));
        table[group].site = site;
        if (site) table[group].short_name = short_name(heap, *site);
        table.charge(group, totals[index]);
    }
}

void charge_domains(const Heap& heap, const std::vector<Total>& totals, GroupTable& table) {
    const Domains domains(heap);
    for (size_t index = 0; index < totals.size(); ++index) {
        if (totals[index].blocks == 0) continue;
        const std::string& path = domains.path(domains.of(StackId(index)));
        Place place;
        place.function = path;
        const uint32_t group = table.find_or_add(path, std::move(place), StackId(index));
        table[group].short_name = path;
        table.charge(group, totals[index]);
    }
}

// Groups that are known of live blocks alone: an array by number, then a group for each number that occurs.
struct Numbered {
    std::string name, evidence;
};
template <typename NumberOf, typename Describe>
std::vector<Group> groups_by_number(const Heap& heap, const Selection& selection, size_t count, NumberOf number_of,
                                    Describe describe) {
    const read::Blocks& blocks = heap.blocks();
    std::vector<Total> totals(count);
    std::vector<uint32_t> example(count);
    for (size_t index = 0; index < blocks.count(); ++index) {
        const BlockId block(index);
        if (!selection.keeps(block)) continue;
        const size_t number = number_of(block);
        totals[number] += counted(blocks, block);
        example[number] = blocks.stack[index];
    }
    GroupTable table;
    for (size_t number = 0; number < count; ++number) {
        if (totals[number].blocks == 0) continue;
        const Numbered what = describe(number);
        Place place;
        place.function = what.name;
        const uint32_t group = table.find_or_add(what.name, std::move(place), StackId(example[number]));
        table[group].short_name = what.name;
        table[group].evidence = what.evidence;
        table.charge(group, totals[number]);
    }
    return table.take();
}

// How most blocks of each type are known.
std::vector<types::Evidence> evidence_of_most(const types::Types& types, size_t block_count) {
    std::vector<std::array<uint32_t, types::evidence_count>> counts(types.count());
    for (size_t index = 0; index < block_count; ++index)
        ++counts[types.of(BlockId(index)).index()][static_cast<size_t>(types.evidence(BlockId(index)))];
    std::vector<types::Evidence> evidence(types.count());
    for (size_t type = 0; type < counts.size(); ++type) {
        const auto most = std::max_element(counts[type].begin(), counts[type].end());
        evidence[type] = static_cast<types::Evidence>(most - counts[type].begin());
    }
    return evidence;
}

std::vector<Group> groups_by_type(const Heap& heap, const Selection& selection) {
    const types::Types& types = heap.types();
    const std::vector<types::Evidence> evidence = evidence_of_most(types, heap.blocks().count());
    return groups_by_number(
        heap, selection, types.count(), [&](BlockId block) { return types.of(block).index(); },
        [&](size_t number) {
            const types::Type& type = types.type(types::TypeId(number));
            return Numbered{type.name, std::string(types::to_text(evidence[number]))};
        });
}

std::vector<Group> groups_by_thread(const Heap& heap, const Selection& selection) {
    const ThreadOfBlock threads(heap);
    return groups_by_number(
        heap, selection, threads.count(), [&](BlockId block) { return threads.of(block); },
        [&](size_t number) {
            return Numbered{threads.name(number), {}};
        });
}

std::optional<Error> refusal_of(const Heap& heap, const Grouping& grouping, const Filter& filter) {
    Filter asked = filter;
    if (grouping.by == GroupBy::domain) asked.domains.emplace_back("-");
    if (auto refusal = analyze::refusal_of(heap, asked)) return refusal;
    const bool is_by_stack = grouping.by != GroupBy::type && grouping.by != GroupBy::thread;
    const bool is_by_place = is_by_stack && grouping.by != GroupBy::domain;
    if (grouping.cumulative && (!is_by_place || grouping.by == GroupBy::traceback)) {
        return Error{
            fmt::format("--cumulative charges every frame of a stack; that says nothing by {}", to_text(grouping.by)),
            "Use it with --by lineno, filename, function or module."};
    }
    if (is_of_live_blocks(grouping.metric) || (is_by_stack && !filter.asks_for_types())) return std::nullopt;
    return Error{fmt::format("types and threads are known of live blocks alone, not of what is {}",
                             grouping.metric == Metric::peak ? "gone since the peak" : "freed"),
                 "Use --metric live or count, or group and filter by places: --by lineno."};
}

}  // namespace

std::optional<GroupBy> parse_group_by(std::string_view text) noexcept { return value_of(group_names, text); }
std::string_view to_text(GroupBy by) noexcept { return name_of(group_names, by); }
std::optional<Metric> parse_metric(std::string_view text) noexcept { return value_of(metric_names, text); }
std::string_view to_text(Metric metric) noexcept { return name_of(metric_names, metric); }

std::vector<Total> totals_by_stack(const Heap& heap, Metric metric, const Selection& selection) {
    const auto stacks = heap.snapshot().stacks();
    std::vector<Total> totals(stacks.size());
    const bool by_counters = !heap.snapshot().has_blocks();
    if (is_of_live_blocks(metric) && !by_counters) {
        const read::Blocks& blocks = heap.blocks();
        const bool by_block = selection.asks_for_types();
        for (size_t index = 0; index < blocks.count(); ++index) {
            const BlockId block(index);
            if (by_block && !selection.keeps(block)) continue;
            totals[blocks.stack[index]] += counted(blocks, block);
        }
        if (by_block) return totals;
    }
    for (size_t index = 0; index < stacks.size(); ++index) {
        const prof_stack& stack = stacks[index];
        const auto total = [](uint64_t bytes, uint64_t blocks) {
            return Total{.bytes = static_cast<int64_t>(bytes), .blocks = static_cast<int64_t>(blocks)};
        };
        if (is_of_live_blocks(metric) && by_counters)
            totals[index] =
                total(stack.allocated_bytes - stack.freed_bytes, stack.allocated_blocks - stack.freed_blocks);
        if (metric == Metric::allocated) totals[index] = total(stack.allocated_bytes, stack.allocated_blocks);
        if (metric == Metric::peak) totals[index] = total(stack.peak_bytes, stack.peak_blocks);
        if (metric == Metric::temporary) totals[index] = total(0, stack.temporary_blocks);
        if (!selection.keeps(StackId(index))) totals[index] = {};
    }
    return totals;
}

void sort_by_size(std::vector<Group>& groups) {
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return std::tuple(-a.total.bytes, -a.total.blocks, std::string_view(a.key)) <
               std::tuple(-b.total.bytes, -b.total.blocks, std::string_view(b.key));
    });
}

void sort_by_count(std::vector<Group>& groups) {
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return std::tuple(-a.total.blocks, -a.total.bytes, std::string_view(a.key)) <
               std::tuple(-b.total.blocks, -b.total.bytes, std::string_view(b.key));
    });
}

Result<std::vector<Group>> groups_of(const Heap& heap, const Grouping& grouping, const Filter& filter) {
    if (auto refusal = refusal_of(heap, grouping, filter)) return *refusal;
    const Selection selection(heap, filter);
    if (grouping.by == GroupBy::type) return groups_by_type(heap, selection);
    if (grouping.by == GroupBy::thread) return groups_by_thread(heap, selection);
    const std::vector<Total> totals = totals_by_stack(heap, grouping.metric, selection);
    GroupTable table;
    if (grouping.by == GroupBy::domain) {
        charge_domains(heap, totals, table);
    } else if (grouping.by == GroupBy::traceback) {
        charge_tracebacks(heap, grouping, totals, table);
    } else if (grouping.cumulative) {
        charge_every_frame(heap, grouping, totals, table);
    } else {
        charge_sites(heap, grouping, totals, table);
    }
    return table.take();
}

}  // namespace heapkit::analyze
