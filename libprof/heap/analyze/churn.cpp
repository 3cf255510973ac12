// SPDX-License-Identifier: MIT
//
// churn(): counters of stacks, summed by the line that allocates.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/churn.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "analyze/callees.h"
#include "analyze/sites.h"
#include "analyze/vertex_text.h"
#include "base/units.h"
#include "symbols/short_name.h"
#include "types/sites.h"

namespace heapkit::analyze {
namespace {

constexpr std::array<const char*, PROF_LIFETIME_BUCKETS> ages = {"below 10 ms",   "10 to 100 ms",  "0.1 to 1 s",
                                                                 "1 to 10 s",     "10 s to 1 min", "1 to 10 min",
                                                                 "10 min to 1 h", "longer"};

struct Site {
    std::string name;
    Place place;
    std::string grows;  // what outgrows its storage there, "" when nothing does
    int64_t allocated_blocks = 0, allocated_bytes = 0, freed_blocks = 0, freed_bytes = 0, temporary_blocks = 0;
    Lifetimes lifetimes = {};

    double average_bytes() const noexcept {
        return allocated_blocks == 0 ? 0 : static_cast<double>(allocated_bytes) / static_cast<double>(allocated_blocks);
    }
};

double share_of(int64_t part, int64_t whole) noexcept {
    return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

double seconds_of_run(const Heap& heap) {
    constexpr double nanoseconds_a_second = 1e9;
    return static_cast<double>(heap.snapshot().process().elapsed_ns) / nanoseconds_a_second;
}

std::string name_of(const Heap& heap, symbols::LocationId location, const Place& place) {
    const std::string function = bare_name(short_name(heap, location));
    if (place.file.empty() && function.find("+0x") != std::string::npos) return function;
    if (place.file.empty()) return fmt::format("{} ({})", function, place.module.substr(place.module.rfind('/') + 1));
    return fmt::format("{} {}:{}", function, place.file.substr(place.file.rfind('/') + 1), place.line);
}

// The innermost of a stack's allocators and containers that outgrows what it had. A first realloc, of nothing, is one
// too: its stack is that of all that follow.
std::string growth_in(const Heap& heap, StackId stack) {
    const std::string allocating = allocating_function(heap, stack);
    if (allocating == "realloc" || allocating == "reallocarray") return allocating;
    std::string grows;
    for_each_frame(heap, stack, [&](symbols::LocationId location) {
        grows = grown_by(heap.frames().text(heap.frames().location(location).function));
        return grows.empty() && types::is_plumbing(heap.frames(), location);
    });
    return grows;
}

std::vector<Site> sites_of(const Heap& heap) {
    const Sites site_of(heap, {});
    const auto stacks = heap.snapshot().stacks();
    std::vector<Site> sites;
    std::unordered_map<std::string, size_t> known;
    for (size_t index = 0; index < stacks.size(); ++index) {
        const prof_stack& stack = stacks[index];
        if (stack.allocated_blocks == 0) continue;
        const auto location = site_of.of(StackId(index));
        const Place place = location ? place_of(heap, *location) : Place{};
        const std::string name = location ? name_of(heap, *location, place) : "unknown";
        std::string grows = growth_in(heap, StackId(index));
        const auto [entry, is_new] = known.try_emplace(name + '\n' + place.file + '\n' + grows, sites.size());
        if (is_new) sites.push_back({.name = name, .place = place, .grows = std::move(grows)});
        Site& site = sites[entry->second];
        site.allocated_blocks += static_cast<int64_t>(stack.allocated_blocks);
        site.allocated_bytes += static_cast<int64_t>(stack.allocated_bytes);
        site.freed_blocks += static_cast<int64_t>(stack.freed_blocks);
        site.freed_bytes += static_cast<int64_t>(stack.freed_bytes);
        site.temporary_blocks += stack.temporary_blocks;
        const Lifetimes lifetimes = lifetimes_of(stack);
        for (size_t age = 0; age < ages.size(); ++age) site.lifetimes[age] += lifetimes[age];
    }
    std::stable_sort(sites.begin(), sites.end(),
                     [](const Site& a, const Site& b) { return a.allocated_blocks > b.allocated_blocks; });
    return sites;
}

// "below 10 ms" when most were freed at that age; "" when nothing was freed.
std::string usual_age(const Lifetimes& lifetimes) {
    const auto most = std::max_element(lifetimes.begin(), lifetimes.end());
    if (*most == 0) return "";
    const int64_t all = std::accumulate(lifetimes.begin(), lifetimes.end(), int64_t{0});
    return fmt::format("{} ({:.0f} %)", ages[static_cast<size_t>(most - lifetimes.begin())], share_of(*most, all));
}

Table totals_of(const Heap& heap, const std::vector<Site>& sites) {
    Site all;
    for (const Site& site : sites) {
        all.allocated_blocks += site.allocated_blocks;
        all.allocated_bytes += site.allocated_bytes;
        all.freed_blocks += site.freed_blocks;
        all.temporary_blocks += site.temporary_blocks;
    }
    const double seconds = seconds_of_run(heap);
    const auto per_second = [&](int64_t blocks) {
        return seconds > 0 ? fmt::format(", {} a second",
                                         count_to_text(static_cast<int64_t>(static_cast<double>(blocks) / seconds)))
                           : std::string();
    };
    Table table{.title = "Since recording began", .key = "totals", .layout = Table::Layout::facts};
    table.columns = {{.name = "", .key = "what"},
                     {.name = "", .key = "is"},
                     {.name = "", .key = "count", .unit = Unit::count, .is_for_json = true},
                     {.name = "", .key = "size", .unit = Unit::bytes, .is_for_json = true}};
    table.rows.push_back({"allocated",
                          fmt::format("{} blocks, {}{}", count_to_text(all.allocated_blocks),
                                      size_to_text(all.allocated_bytes), per_second(all.allocated_blocks)),
                          all.allocated_blocks, all.allocated_bytes});
    table.rows.push_back({"freed",
                          fmt::format("{} blocks, {:.1f} %", count_to_text(all.freed_blocks),
                                      share_of(all.freed_blocks, all.allocated_blocks)),
                          all.freed_blocks, Cell()});
    table.rows.push_back(
        {"temporary",
         fmt::format("{} blocks, {:.1f} %: freed as the next thing that their thread did",
                     count_to_text(all.temporary_blocks), share_of(all.temporary_blocks, all.allocated_blocks)),
         all.temporary_blocks, Cell()});
    return table;
}

Table lifetimes_table(const std::vector<Site>& sites) {
    Lifetimes all = {};
    for (const Site& site : sites)
        for (size_t age = 0; age < ages.size(); ++age) all[age] += site.lifetimes[age];
    const int64_t freed = std::accumulate(all.begin(), all.end(), int64_t{0});
    Table table{.title = "Age when freed", .key = "lifetimes"};
    table.columns = {{.name = "", .key = "age"},
                     {.name = "blocks", .key = "count", .unit = Unit::count},
                     {.name = "share", .key = "share", .unit = Unit::percent}};
    table.empty = "Nothing was freed.";
    for (size_t age = 0; age < ages.size(); ++age)
        if (all[age] > 0) table.rows.push_back({ages[age], all[age], share_of(all[age], freed)});
    return table;
}

Table table_of_sites(const Heap& heap, const std::vector<Site>& sites, size_t limit) {
    const double seconds = seconds_of_run(heap);
    Table table{.title = "Hot sites", .key = "sites"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "allocated", .key = "count", .unit = Unit::count},
                     {.name = "a second", .key = "per_second", .unit = Unit::count},
                     {.name = "average", .key = "average", .unit = Unit::bytes},
                     {.name = "temporary", .key = "temporary", .unit = Unit::percent},
                     {.name = "freed at age", .key = "usual_age"},
                     {.name = "", .key = "size", .unit = Unit::bytes, .is_for_json = true},
                     {.name = "", .key = "freed_count", .unit = Unit::count, .is_for_json = true},
                     {.name = "", .key = "ages", .is_for_json = true},
                     {.name = "", .key = "grows", .is_for_json = true},
                     {.name = "", .key = "file", .is_for_json = true},
                     {.name = "", .key = "line", .unit = Unit::count, .is_for_json = true}};
    table.empty = "Nothing was allocated.";
    const size_t count = limit == 0 ? sites.size() : std::min(limit, sites.size());
    table.rows_left_out = sites.size() - count;
    for (size_t row = 0; row < count; ++row) {
        const Site& site = sites[row];
        table.rows.push_back(
            {site.grows.empty() ? site.name : fmt::format("{} ({} grows)", site.name, site.grows),
             site.allocated_blocks,
             seconds > 0 ? Cell(static_cast<int64_t>(static_cast<double>(site.allocated_blocks) / seconds)) : Cell(),
             site.average_bytes(), share_of(site.temporary_blocks, site.allocated_blocks), usual_age(site.lifetimes),
             site.allocated_bytes, site.freed_blocks, Trend(site.lifetimes.begin(), site.lifetimes.end()), site.grows,
             site.place.file, int64_t{site.place.line}});
    }
    return table;
}

// ---- What to do ----------------------------------------------------------------------------------------------------

struct Advice {
    std::string what, where, why;
    int64_t spares = 0;  // allocations
};

constexpr int64_t fewest_growths = 16, fewest_copied_bytes = 64 * 1024, many_growths = 1000;
constexpr int64_t fewest_short_lived = 1000;
constexpr double mostly = 90;            // percent
constexpr double largest_pooled = 4096;  // bytes

// A block that was outgrown was copied into the next one, and freed.
std::optional<Advice> to_reserve(const Site& site) {
    if (site.grows.empty() || site.freed_blocks < fewest_growths) return std::nullopt;
    if (site.freed_bytes < fewest_copied_bytes && site.freed_blocks < many_growths) return std::nullopt;
    const std::string size = size_to_text(site.freed_bytes);
    const bool is_array = site.grows.find("realloc") != std::string::npos;
    const std::string grew = is_array ? "an array that " + site.grows + " makes larger" : "a " + site.grows;
    return Advice{.what = "reserve",
                  .where = site.name,
                  .why = fmt::format("{} grew {} times, up to {} copied", grew, count_to_text(site.freed_blocks), size),
                  .spares = site.freed_blocks};
}

std::optional<Advice> to_keep(const Site& site) {
    if (!site.grows.empty() || site.temporary_blocks < fewest_short_lived) return std::nullopt;
    const double share = share_of(site.temporary_blocks, site.allocated_blocks);
    if (share < mostly) return std::nullopt;
    return Advice{.what = "keep one, or use the stack",
                  .where = site.name,
                  .why = fmt::format("{:.0f} % of {} freed at once", share, count_to_text(site.allocated_blocks)),
                  .spares = site.temporary_blocks};
}

std::optional<Advice> to_pool(const Site& site) {
    const int64_t short_lived = site.lifetimes[0] + site.lifetimes[1];
    if (!site.grows.empty() || short_lived < fewest_short_lived || site.average_bytes() > largest_pooled)
        return std::nullopt;
    if (share_of(short_lived, site.allocated_blocks) < mostly) return std::nullopt;
    return Advice{.what = "pool",
                  .where = site.name,
                  .why = fmt::format("{} of {}, gone in 100 ms", count_to_text(site.allocated_blocks),
                                     size_to_text(site.average_bytes())),
                  .spares = short_lived};
}

Table advice_of(const std::vector<Site>& sites, size_t limit) {
    std::vector<Advice> all;
    for (const Site& site : sites) {
        auto advice = to_reserve(site);
        if (!advice) advice = to_keep(site);
        if (!advice) advice = to_pool(site);
        if (advice) all.push_back(*std::move(advice));
    }
    std::stable_sort(all.begin(), all.end(), [](const Advice& a, const Advice& b) { return a.spares > b.spares; });
    Table table{.title = "What to do", .key = "advice"};
    table.columns = {{.name = "", .key = "what"},
                     {.name = "", .key = "where"},
                     {.name = "", .key = "why"},
                     {.name = "", .key = "spares", .unit = Unit::count, .is_for_json = true}};
    table.empty = "Nothing to reserve, to pool or to keep: no line allocates for a moment often enough.";
    const size_t count = limit == 0 ? all.size() : std::min(limit, all.size());
    table.rows_left_out = all.size() - count;
    for (size_t row = 0; row < count; ++row)
        table.rows.push_back({all[row].what, all[row].where, all[row].why, all[row].spares});
    return table;
}

// "std::vector<int>" of "void std::vector<int>".
std::string_view without_result(std::string_view scope) {
    const size_t name = scope.rfind(' ', scope.find('<'));
    return name == std::string_view::npos ? scope : scope.substr(name + 1);
}

}  // namespace

Lifetimes lifetimes_of(const prof_stack& stack) noexcept {
    Lifetimes lifetimes = {};
    int64_t counted = 0, full = 0;
    for (size_t age = 0; age < lifetimes.size(); ++age) {
        lifetimes[age] = stack.lifetimes[age];
        counted += lifetimes[age];
        full += lifetimes[age] == UINT16_MAX;
    }
    const int64_t missing = static_cast<int64_t>(stack.freed_blocks) - counted;
    if (full == 0 || missing <= 0) return lifetimes;
    for (int64_t& each : lifetimes)
        if (each == UINT16_MAX) each += missing / full;
    return lifetimes;
}

std::string grown_by(std::string_view function) {
    static constexpr std::array<std::string_view, 12> of_containers = {
        "_M_realloc_insert",        "_M_realloc_append", "_M_default_append",
        "_M_fill_insert",           "_M_range_insert",   "_M_mutate",
        "_M_reallocate_map",        "_M_rehash",         "__push_back_slow_path",
        "__emplace_back_slow_path", "__grow_by",         "_M_insert_aux"};
    for (const std::string_view each : of_containers) {
        const size_t at = function.find(each);
        if (at == std::string_view::npos) continue;
        const size_t scope = function.rfind("::", at);
        if (scope == std::string_view::npos) return "container";
        return bare_name(symbols::short_type(without_result(function.substr(0, scope))));
    }
    const std::string_view name = function.substr(0, function.find('('));
    return name.find("realloc") != std::string_view::npos && name.find("::") == std::string_view::npos ? "realloc" : "";
}

Churn churn(const Heap& heap, const ChurnOptions& options) {
    const std::vector<Site> sites = sites_of(heap);
    return {.totals = totals_of(heap, sites),
            .lifetimes = lifetimes_table(sites),
            .sites = table_of_sites(heap, sites, options.limit),
            .advice = advice_of(sites, options.limit)};
}

}  // namespace heapkit::analyze
