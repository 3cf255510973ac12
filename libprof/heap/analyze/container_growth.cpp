// SPDX-License-Identifier: MIT
//
// container_growth(): populations of all heaps, joined by key.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/container_growth.h"

#include <fmt/format.h>
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "analyze/inserters.h"
#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;

struct History {
    explicit History(size_t snapshots) : elements(snapshots), bytes(snapshots), retained(snapshots) {}

    Population last;  // as it is in the last heap that has it
    Trend elements, bytes, retained;
    Course of_elements, of_retained;
    bool is_there = false;  // in the last heap
};

struct Taken {
    std::vector<History> histories;
    std::optional<Ownership> ownership;  // of the last heap
    Populations populations;             // of the last heap
};

// Which history each population of a heap goes on with.
class Identities {
   public:
    Identities(std::vector<History>& histories, size_t snapshots, bool each)
        : histories_(histories), snapshots_(snapshots), each_(each) {}

    std::vector<size_t> of(const Populations& populations) {
        constexpr size_t none = SIZE_MAX;
        std::vector<size_t> found(populations.all.size(), none);
        std::vector<bool> is_taken(histories_.size());
        const auto take = [&](size_t index, const std::unordered_map<uint64_t, size_t>& known, uint64_t key) {
            const auto entry = known.find(key);
            if (entry == known.end() || is_taken[entry->second]) return;
            found[index] = entry->second;
            is_taken[entry->second] = true;
        };
        for (size_t index = 0; each_ && index < found.size(); ++index)
            take(index, by_storage_, populations.all[index].storage_key);
        for (size_t index = 0; index < found.size(); ++index)
            if (found[index] == none) take(index, by_key_, populations.all[index].key);
        by_storage_.clear();
        for (size_t index = 0; index < found.size(); ++index) {
            if (found[index] == none) {
                found[index] = histories_.size();
                histories_.emplace_back(snapshots_);
            }
            by_key_[populations.all[index].key] = found[index];
            if (each_) by_storage_[populations.all[index].storage_key] = found[index];
        }
        return found;
    }

   private:
    std::vector<History>& histories_;
    const size_t snapshots_;
    const bool each_;
    std::unordered_map<uint64_t, size_t> by_key_, by_storage_;  // by storage: of the heap before
};

Result<Taken> take(std::span<const Heap* const> heaps, bool each) {
    type_together(heaps);
    Taken taken;
    Identities identities(taken.histories, heaps.size(), each);
    for (size_t at = 0; at < heaps.size(); ++at) {
        auto ownership = Ownership::of(*heaps[at]);
        if (!ownership) return ownership.error();
        Populations populations = populations_of(*heaps[at], *ownership, each);
        const std::vector<size_t> history_of = identities.of(populations);
        for (size_t index = 0; index < history_of.size(); ++index) {
            const Population& population = populations.all[index];
            History& history = taken.histories[history_of[index]];
            history.last = population;
            history.elements[at] = population.elements;
            history.bytes[at] = population.storage.bytes;
            history.retained[at] = population.retained_bytes;
            history.is_there = at + 1 == heaps.size();
        }
        if (at + 1 < heaps.size()) continue;
        taken.ownership = *std::move(ownership);
        taken.populations = std::move(populations);
    }
    return taken;
}

Table table_of(const std::vector<History>& histories, size_t snapshots, size_t limit) {
    const bool has_trend = snapshots > 2;
    Table table{.title = "By owner", .key = "container_growth"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "type", .is_for_json = has_trend},
                     {.name = "elements", .key = "elements", .unit = Unit::count},
                     {.name = "Δ", .key = "elements_diff", .unit = Unit::count, .is_delta = true},
                     {.name = "self", .key = "self", .unit = Unit::bytes, .is_for_json = true},
                     {.name = "Δ", .key = "self_diff", .unit = Unit::bytes, .is_delta = true, .is_for_json = true},
                     {.name = "retained", .key = "retained", .unit = Unit::bytes},
                     {.name = "Δ", .key = "retained_diff", .unit = Unit::bytes, .is_delta = true},
                     {.name = "trend", .key = "element_counts", .is_for_json = !has_trend},
                     {.name = "grew", .key = "course", .is_for_json = !has_trend},
                     {.name = "a second", .key = "retained_per_second", .unit = Unit::bytes, .is_for_json = !has_trend},
                     {.name = "", .key = "retained_sizes", .is_for_json = true},
                     {.name = "", .key = "containers", .unit = Unit::count, .is_for_json = true},
                     {.name = "", .key = "owner", .is_for_json = true}};
    table.empty = "No container gained elements or bytes.";
    const size_t count = limit == 0 ? histories.size() : std::min(limit, histories.size());
    table.rows_left_out = histories.size() - count;
    for (size_t row = 0; row < count; ++row) {
        const History& each = histories[row];
        table.rows.push_back({each.last.label(), each.last.type, each.elements.back(), each.of_elements.gain,
                              each.bytes.back(), each.bytes.back() - each.bytes.front(), each.retained.back(),
                              each.of_retained.gain, each.elements, course_word(each.of_elements),
                              each.of_retained.per_second, each.retained, each.last.containers, each.last.owner});
    }
    return table;
}

// From the root: "cache (global, server.cpp:14) → docs_".
std::string holder_of(const refs::References& references, const VertexText& text, VertexId container) {
    constexpr size_t most_steps = 6;
    std::string way;
    size_t steps = 0;
    for (uint32_t vertex = container.value;;) {
        const uint32_t edge = references.paths().edge_to[vertex];
        if (edge == graph::no_edge) {
            const std::string facts = text.facts(VertexId(vertex));
            return text.name(VertexId(vertex)) + (facts.empty() ? "" : fmt::format(" ({})", facts)) + way;
        }
        const std::string label = references.label(edge);
        if (steps == most_steps) way = " → …" + way;
        if (++steps <= most_steps && !label.empty()) way = fmt::format(" → {}", label) + way;
        vertex = graph::source_of(references.graph(), edge);
    }
}

class Verdicts {
   public:
    Verdicts(std::span<const Heap* const> heaps, const Taken& taken, size_t warm_up)
        : heaps_(heaps),
          heap_(*heaps.back()),
          taken_(taken),
          references_(taken.ownership->references()),
          text_(heap_, references_),
          warm_up_(warm_up) {}

    void give(const std::vector<History>& histories, ContainerGrowth& answer) const {
        const std::vector<const History*> suspects = suspects_among(histories);
        for (const History* each : suspects) {
            if (hangs_in_another(*each, suspects)) continue;
            answer.runaways.push_back(runaway_of(*each, answer.runaways.size()));
        }
    }

   private:
    static constexpr int64_t least_share = 20;  // a twentieth of what the heap gained
    static constexpr size_t most_runaways = 8;

    std::vector<const History*> suspects_among(const std::vector<History>& histories) const {
        const auto live = [](const Heap* heap) { return static_cast<int64_t>(heap->snapshot().process().live_bytes); };
        const size_t first = std::min(warm_up_, heaps_.size() - 2);
        const int64_t gained = live(heaps_.back()) - live(heaps_[first]);
        std::vector<const History*> suspects;
        for (const History& each : histories) {
            const bool runs = each.is_there && each.of_elements.grew_at_every_step() && each.of_retained.gain > 0 &&
                              each.of_retained.gain * least_share >= gained && gained > 0;
            if (runs && suspects.size() < most_runaways) suspects.push_back(&each);
        }
        return suspects;
    }

    bool hangs_in_another(const History& one, const std::vector<const History*>& suspects) const {
        const auto& edge_to = references_.paths().edge_to;
        const auto first = heap_.blocks().count();
        for (uint32_t vertex = one.last.example; edge_to[vertex] != graph::no_edge;) {
            vertex = graph::source_of(references_.graph(), edge_to[vertex]);
            if (references_.vertices().kind(VertexId(vertex)) != refs::Vertices::Kind::container) continue;
            const uint32_t population = taken_.populations.of[vertex - first];
            if (population == Ownership::no_group) continue;
            for (const History* other : suspects)
                if (other != &one && other->last.key == taken_.populations.all[population].key) return true;
        }
        return false;
    }

    Runaway runaway_of(const History& history, size_t number) const {
        const Population& last = history.last;
        Inserters found = inserters_of({.older = heaps_.front(),
                                        .newer = &heap_,
                                        .ownership = &*taken_.ownership,
                                        .populations = &taken_.populations,
                                        .key = last.key});
        const std::string type =
            last.containers == 1 ? last.type : fmt::format("{} × {}", count_to_text(last.containers), last.type);
        Runaway runaway{.owner = last.owner,
                        .what = fmt::format("{}, {} elements, retains {}", type, count_to_text(last.elements),
                                            size_to_text(last.retained_bytes)),
                        .is_cache = last.is_keyed,
                        .elements = history.elements,
                        .of_elements = history.of_elements,
                        .retained_gain = history.of_retained.gain,
                        .inserted_by = std::move(found.inserters),
                        .elements_from = std::move(found.elements),
                        .held_by = holder_of(references_, text_, VertexId(last.example)),
                        .elements_are = type.find(found.classes) == std::string::npos ? found.classes : "",
                        .facts = {}};
        runaway.facts = facts_of(runaway, history, number);
        return runaway;
    }

    Table facts_of(const Runaway& runaway, const History& history, size_t number) const {
        const bool is_sure = history.of_elements.steps > 1;
        Table table{.title = fmt::format("{} {}: {}", is_sure ? "A runaway" : "Perhaps a runaway",
                                         runaway.is_cache ? "cache" : "container", runaway.owner),
                    .key = number == 0 ? "runaway" : fmt::format("runaway_{}", number + 1),
                    .layout = Table::Layout::facts};
        table.columns = {{.name = "", .key = "what"}, {.name = "", .key = "is"}};
        const auto add = [&](const char* what, const std::string& is) {
            if (!is.empty()) table.rows.push_back({what, is});
        };
        add("container", runaway.what);
        add("grew", growth_text(history));
        add("inserted by", runaway.inserted_by);
        add("elements are", runaway.elements_are);
        add("elements from", runaway.elements_from);
        add("held by", runaway.held_by);
        return table;
    }

    std::string growth_text(const History& history) const {
        const size_t first = std::min(warm_up_, heaps_.size() - 2);
        const Course& course = history.of_elements;
        std::string steps = course.steps == 1
                                ? "in one step; a third snapshot would say more"
                                : fmt::format("at every step ({} of {}), never shrank", course.up, course.steps);
        return fmt::format("{} → {} elements {}; {}, {}", count_to_text(history.elements[first]),
                           count_to_text(history.elements.back()), steps, size_delta_to_text(history.of_retained.gain),
                           rate_text(history.of_retained.per_second));
    }

    const std::span<const Heap* const> heaps_;
    const Heap& heap_;
    const Taken& taken_;
    const refs::References& references_;
    const VertexText text_;
    const size_t warm_up_;
};

}  // namespace

Result<ContainerGrowth> container_growth(std::span<const Heap* const> heaps, const ContainerGrowthOptions& options) {
    auto taken = take(heaps, options.each);
    if (!taken) return taken.error();
    const std::vector<double> seconds = seconds_of(heaps);
    for (History& each : taken->histories) {
        each.of_elements = course_of(each.elements, seconds, options.warm_up);
        each.of_retained = course_of(each.retained, seconds, options.warm_up);
    }
    std::vector<History>& histories = taken->histories;
    std::erase_if(histories,
                  [](const History& each) { return each.of_elements.gain <= 0 && each.of_retained.gain <= 0; });
    std::stable_sort(histories.begin(), histories.end(),
                     [](const History& a, const History& b) { return a.of_retained.gain > b.of_retained.gain; });
    ContainerGrowth answer{.containers = table_of(histories, heaps.size(), options.limit),
                           .runaways = {},
                           .nodes = containers(taken->populations, {.limit = options.limit}).nodes};
    Verdicts(heaps, *taken, options.warm_up).give(histories, answer);
    return answer;
}

}  // namespace heapkit::analyze
