// SPDX-License-Identifier: MIT
//
// growth(): peaks per type, site or owner over all heaps but the last, and what the last has above them.
//
// Side: heap, floor 7 (analyze).
#include "analyze/growth.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "analyze/containers.h"
#include "analyze/trends.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

int64_t above_peak(const Trend& trend) { return trend.back() - *std::max_element(trend.begin(), trend.end() - 1); }

class Histories {
   public:
    explicit Histories(size_t heaps) : heaps_(heaps) {}

    void add(const std::string& key, const std::string& name, size_t heap, const Total& total) {
        const auto [entry, is_new] = of_key_.try_emplace(key, all_.size());
        const Trend zeros(heaps_);
        if (is_new) all_.push_back({.name = name, .blocks = zeros, .bytes = zeros, .course = {}});
        all_[entry->second].blocks[heap] += total.blocks;
        all_[entry->second].bytes[heap] += total.bytes;
    }
    std::vector<Grown> take() && { return std::move(all_); }

   private:
    size_t heaps_;
    std::vector<Grown> all_;
    std::unordered_map<std::string, size_t> of_key_;
};

// "handle_request server.cpp:41"
std::string site_name(const Group& group) {
    const std::string& file = group.place.file;
    const std::string line = fmt::format("{}:{}", file.substr(file.rfind('/') + 1), group.place.line);
    return file.empty() ? group.place.function : line;
}

Result<std::vector<Grown>> histories_of(std::span<const Heap* const> heaps, const GrowthOptions& options) {
    type_together(heaps);
    Histories histories(heaps.size());
    const GroupBy by = options.by == GrowthOptions::By::site     ? GroupBy::lineno
                       : options.by == GrowthOptions::By::domain ? GroupBy::domain
                                                                 : GroupBy::type;
    for (size_t at = 0; at < heaps.size(); ++at) {
        if (options.by == GrowthOptions::By::owner) {
            const auto ownership = Ownership::of(*heaps[at]);
            if (!ownership) return ownership.error();
            for (const Population& each : populations_of(*heaps[at], *ownership, false).all)
                histories.add(std::to_string(each.key), each.owner, at,
                              {.bytes = each.retained_bytes, .blocks = each.elements});
            continue;
        }
        const auto groups = groups_of(*heaps[at], {.by = by}, options.filter);
        if (!groups) return groups.error();
        for (const Group& group : *groups)
            histories.add(group.key, by == GroupBy::lineno ? site_name(group) : group.place.function, at, group.total);
    }
    return std::move(histories).take();
}

void sort_by_gain(std::vector<Grown>& histories, bool by_bytes) {
    std::sort(histories.begin(), histories.end(), [by_bytes](const Grown& a, const Grown& b) {
        const auto rank = [by_bytes](const Grown& each) {
            const Total gain = each.gain();
            return by_bytes ? std::pair(-gain.bytes, -gain.blocks) : std::pair(-gain.blocks, -gain.bytes);
        };
        return std::tuple(rank(a), std::string_view(a.name)) < std::tuple(rank(b), std::string_view(b.name));
    });
}

void set_rates(std::vector<Grown>& histories, std::span<const Heap* const> heaps, size_t warm_up) {
    const std::vector<double> seconds = seconds_of(heaps);
    for (Grown& each : histories) each.course = course_of(each.bytes, seconds, warm_up);
}

Cell gain_or_nothing(int64_t gain) { return std::max<int64_t>(gain, 0); }

}  // namespace

Total Grown::gain() const { return {.bytes = above_peak(bytes), .blocks = above_peak(blocks)}; }

size_t Grown::steps_up() const {
    size_t steps = 0;
    for (size_t index = 1; index < blocks.size(); ++index)
        steps += blocks[index] > blocks[index - 1] || bytes[index] > bytes[index - 1] ? 1U : 0U;
    return steps;
}

Result<std::vector<Grown>> grown(std::span<const Heap* const> heaps, const GrowthOptions& options) {
    auto all = histories_of(heaps, options);
    if (!all) return all.error();
    set_rates(*all, heaps, options.warm_up);
    std::erase_if(*all, [](const Grown& each) { return each.gain().blocks <= 0 && each.gain().bytes <= 0; });
    sort_by_gain(*all, options.by_bytes);
    return all;
}

Result<Table> growth(std::span<const Heap* const> heaps, const GrowthOptions& options) {
    const auto all = grown(heaps, options);
    if (!all) return all.error();
    const bool has_trend = heaps.size() > 2;
    static constexpr std::array titles = {"By type", "By line", "By owner", "By domain"};
    Table table{.title = titles[static_cast<size_t>(options.by)], .key = "growth", .layout = Table::Layout::columns};
    table.columns = {{.name = "type", .key = "name"},
                     {.name = "count", .key = "count", .unit = Unit::count},
                     {.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "Δ", .key = "size_diff", .unit = Unit::bytes, .is_delta = true},
                     {.name = "counts", .key = "counts", .is_for_json = !has_trend},
                     {.name = "grew", .key = "grew", .is_for_json = !has_trend},
                     {.name = "a second", .key = "per_second", .unit = Unit::bytes, .is_for_json = !has_trend},
                     {.name = "", .key = "course", .is_for_json = true},
                     {.name = "sizes", .key = "sizes", .is_for_json = true}};
    table.empty = options.by == GrowthOptions::By::type ? "No type grew." : "Nothing grew.";
    const size_t count = row_count(all->size(), options.rows);
    table.rows_left_out = all->size() - count;
    for (size_t index = 0; index < count; ++index) {
        const Grown& each = (*all)[index];
        const Total gain = each.gain();
        table.rows.push_back({each.name, each.blocks.back(), gain_or_nothing(gain.blocks), each.bytes.back(),
                              gain_or_nothing(gain.bytes), each.blocks,
                              fmt::format("{} of {}", each.steps_up(), heaps.size() - 1),
                              std::max(0.0, each.course.per_second), course_text(each.course), each.bytes});
    }
    return table;
}

Table heap_rate(std::span<const Heap* const> heaps, size_t warm_up, uint64_t memory_bytes) {
    Trend live;
    for (const Heap* heap : heaps) live.push_back(static_cast<int64_t>(heap->snapshot().process().live_bytes));
    const Course course = course_of(live, seconds_of(heaps), warm_up);
    Table table{.title = "The heap", .key = "rate", .layout = Table::Layout::facts};
    table.columns = {{.name = "", .key = "what"},
                     {.name = "", .key = "is"},
                     {.name = "", .key = "number", .unit = Unit::none, .is_for_json = true}};
    table.rows.push_back({"gained", size_delta_to_text(course.gain), course.gain});
    table.rows.push_back({"course", course_text(course), Cell()});
    table.rows.push_back({"rate", rate_text(course.per_second), course.per_second});
    if (memory_bytes == 0) return table;
    const double left = static_cast<double>(memory_bytes) - static_cast<double>(live.back());
    const auto seconds = seconds_until(left, course.per_second);
    const std::string memory = size_to_text(memory_bytes);
    constexpr double nanoseconds_a_second = 1e9;
    table.rows.push_back(
        {"full",
         !seconds ? fmt::format("not at this rate, with {}", memory)
                  : fmt::format("in {}, with {}", duration_to_text(*seconds * nanoseconds_a_second), memory),
         seconds ? Cell(*seconds) : Cell()});
    return table;
}

}  // namespace heapkit::analyze
