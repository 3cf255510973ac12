// SPDX-License-Identifier: MIT
//
// stacked_over_time(): groups of each heap, known again by their keys.
//
// Side: heap, floor 7 (analyze).
#include "analyze/stacked.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/labels.h"
#include "analyze/trends.h"

namespace heapkit::analyze {
namespace {

struct Layer {
    std::string name;
    std::vector<double> bytes;  // one value a heap
    double most = 0;
};

void add_heap(std::vector<Layer>& layers, std::unordered_map<std::string, size_t>& known, std::vector<Group>& groups,
              GroupBy by, size_t heap, size_t heaps) {
    Labels labels({.by = by});
    labels.know(groups);
    for (const Group& group : groups) {
        const auto [entry, is_new] = known.try_emplace(group.key, layers.size());
        if (is_new) layers.push_back({.name = {}, .bytes = std::vector<double>(heaps)});
        Layer& layer = layers[entry->second];
        layer.name = by == GroupBy::type ? group.place.function : labels.of(group);
        layer.bytes[heap] = static_cast<double>(group.total.bytes);
        layer.most = std::max(layer.most, layer.bytes[heap]);
    }
}

// Two places of one short name are two lines; JSON and the legend tell them apart by number.
std::string free_name(const std::vector<std::string>& taken, const std::string& name) {
    std::string free = name;
    for (size_t number = 2; std::ranges::find(taken, free) != taken.end(); ++number)
        free = fmt::format("{} ({})", name, number);
    return free;
}

}  // namespace

Result<Series> stacked_over_time(std::span<const Heap* const> heaps, const StackedOptions& options) {
    if (options.by == GroupBy::type) type_together(heaps);
    std::vector<Layer> layers;
    std::unordered_map<std::string, size_t> known;
    for (size_t heap = 0; heap < heaps.size(); ++heap) {
        auto groups = groups_of(*heaps[heap], {.by = options.by}, {});
        if (!groups) return groups.error();
        add_heap(layers, known, *groups, options.by, heap, heaps.size());
    }
    std::stable_sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) { return a.most > b.most; });

    Series series{.title = fmt::format("Live bytes by {}", options.by == GroupBy::type ? "type" : "site"),
                  .key = "stacked"};
    for (const double seconds : seconds_of(heaps)) series.x.push_back(seconds * 1e9);
    const size_t shown = std::min(options.limit, layers.size());
    for (size_t layer = 0; layer < shown; ++layer) {
        series.names.push_back(free_name(series.names, layers[layer].name));
        series.y.push_back(std::move(layers[layer].bytes));
    }
    if (shown == layers.size()) return series;
    std::vector<double> others(heaps.size());
    for (size_t layer = shown; layer < layers.size(); ++layer)
        for (size_t heap = 0; heap < heaps.size(); ++heap) others[heap] += layers[layer].bytes[heap];
    series.names.push_back(free_name(series.names, "all others"));
    series.y.push_back(std::move(others));
    return series;
}

}  // namespace heapkit::analyze
