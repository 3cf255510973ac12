// SPDX-License-Identifier: MIT
//
// Snapshot: opening one, and tracemalloc's questions.
//
// Side: heap, floor 8 (query).
#include <algorithm>
#include <utility>

#include "analyze/heading.h"
#include "analyze/labels.h"
#include "analyze/losses.h"
#include "analyze/pairs.h"
#include "query/state.h"

namespace heapkit {
namespace {

Statistic statistic_of(const Heap& heap, const analyze::Group& group, const analyze::Total& total, By by) {
    Statistic out{.name = {}, .place = group.place, .traceback = {}, .size = total.bytes, .count = total.blocks};
    // A type's, a thread's and a domain's name stands where a function's would.
    if (by == By::type || by == By::thread || by == By::domain) out.name = std::exchange(out.place.function, {});
    if (by == By::traceback) out.traceback = analyze::traceback_of(heap, group.example);
    return out;
}

}  // namespace

Snapshot::Snapshot(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

Result<Snapshot> Snapshot::open(const std::filesystem::path& path) {
    auto heap = Heap::open(path);
    if (!heap) return heap.error();
    return Snapshot(std::make_unique<State>(std::move(*heap), path.string()));
}

Subject Snapshot::subject() const {
    Subject subject = analyze::subject_of(state_->heap);
    subject.file = state_->file;
    return subject;
}

std::vector<std::string> Snapshot::losses() const {
    const Heap* const heap = &state_->heap;
    return analyze::loss_notes(std::span(&heap, 1), analyze::on_counts | analyze::on_stacks | analyze::on_types);
}

Result<std::vector<Statistic>> Snapshot::statistics(const Grouping& grouping) const {
    auto groups = query::groups_of(state_->heap, grouping);
    if (!groups) return groups.error();
    grouping.metric == Metric::count ? analyze::sort_by_count(*groups) : analyze::sort_by_size(*groups);
    std::vector<Statistic> statistics;
    statistics.reserve(groups->size());
    for (const analyze::Group& group : *groups)
        statistics.push_back(statistic_of(state_->heap, group, group.total, grouping.by));
    return statistics;
}

Result<std::vector<StatisticDiff>> Snapshot::compare_to(const Snapshot& older, const Grouping& grouping) const {
    const auto before = query::groups_of(older.state_->heap, grouping);
    if (!before) return before.error();
    const auto now = query::groups_of(state_->heap, grouping);
    if (!now) return now.error();
    std::vector<analyze::GroupPair> pairs = analyze::pairs_of(*before, *now);
    std::sort(pairs.begin(), pairs.end(), analyze::has_changed_more);
    std::vector<StatisticDiff> differences;
    differences.reserve(pairs.size());
    for (const analyze::GroupPair& pair : pairs) {
        const Heap& heap = pair.newer != nullptr ? state_->heap : older.state_->heap;
        const analyze::Total change = pair.difference();
        differences.push_back(
            {statistic_of(heap, pair.either(), pair.total(), grouping.by), change.bytes, change.blocks});
    }
    return differences;
}

}  // namespace heapkit

namespace heapkit::query {

namespace {

Result<void> append(const std::vector<std::string>& texts, std::vector<analyze::Pattern>& patterns) {
    for (const std::string& text : texts) {
        auto pattern = analyze::parse_pattern(text);
        if (!pattern) return pattern.error();
        patterns.push_back(std::move(*pattern));
    }
    return {};
}

}  // namespace

Result<analyze::Filter> filter_of(const Filters& filters) {
    analyze::Filter filter{.include = {}, .exclude = {}, .all_frames = filters.all_frames};
    if (const auto included = append(filters.include, filter.include); !included) return included.error();
    if (const auto excluded = append(filters.exclude, filter.exclude); !excluded) return excluded.error();
    filter.domains = filters.domains;
    return filter;
}

Result<std::vector<analyze::Group>> groups_of(const Heap& heap, const heapkit::Grouping& grouping) {
    const auto filter = filter_of(grouping.filters);
    if (!filter) return filter.error();
    return analyze::groups_of(heap, {.by = grouping.by, .metric = grouping.metric, .cumulative = grouping.cumulative},
                              *filter);
}

}  // namespace heapkit::query
