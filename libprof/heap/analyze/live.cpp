// SPDX-License-Identifier: MIT
//
// Looks, one after the other: stacks into sites, sites into rows.
//
// Side: heap, floor 7 (analyze).
//
// Names come from a small snapshot of the new stacks alone, in a memfd: the same code names them that names those of
// a file.
#include "analyze/live.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "analyze/sites.h"
#include "base/descriptor.h"
#include "heap.h"
#include "read/shared_snapshot.h"

namespace heapkit::analyze {
namespace {

constexpr uint32_t no_site = UINT32_MAX;
constexpr double nanoseconds_a_second = 1e9;

constexpr std::array<std::pair<std::string_view, LiveOrder>, 4> order_names = {
    {{"live", LiveOrder::live}, {"growth", LiveOrder::growth}, {"rate", LiveOrder::rate}, {"count", LiveOrder::count}}};

// The tables with some of the stacks alone, and of the nodes what these need.
read::SharedTables part_of(const read::SharedTables& tables, const std::vector<uint32_t>& stacks) {
    read::SharedTables part;
    part.owner = tables.owner;
    part.program = tables.program;
    part.executable = tables.executable;
    part.modules = tables.modules;
    part.node_pc = {0};
    part.node_caller = {0};
    part.stacks.resize(1);
    std::unordered_map<uint32_t, uint32_t> number_of = {{0, 0}};
    std::vector<uint32_t> chain;
    for (const uint32_t stack : stacks) {
        chain.clear();
        uint32_t node = tables.stacks[stack].node;
        for (; !number_of.contains(node); node = tables.node_caller[node]) chain.push_back(node);
        for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
            part.node_caller.push_back(number_of[tables.node_caller[*each]]);
            number_of[*each] = static_cast<uint32_t>(part.node_pc.size());
            part.node_pc.push_back(tables.node_pc[*each]);
        }
        part.stacks.push_back({.node = number_of[tables.stacks[stack].node], .flags = 0, .counters = {}});
    }
    return part;
}

Result<Heap> open_in_memory(const read::SharedTables& tables, const symbols::Options& options) {
    const std::vector<std::byte> bytes = read::snapshot_of(tables, {});
    const Descriptor fd(memfd_create("stacks", MFD_CLOEXEC));
    if (!fd || write(fd.number(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        return Error{fmt::format("cannot keep {} stacks in memory: {}", tables.stacks.size(), std::strerror(errno)),
                     ""};
    return Heap::open(fmt::format("/proc/self/fd/{}", fd.number()), {.symbols = options});
}

bool contains(std::string_view text, std::string_view part) {
    const auto is_same = [](char a, char b) { return a == b || std::tolower(a & 0xff) == std::tolower(b & 0xff); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), is_same) != text.end();
}

std::string name_of(const Place& place, const std::string& function) {
    if (!place.file.empty())
        return fmt::format("{}:{} {}", place.file.substr(place.file.rfind('/') + 1), place.line, function);
    return place.module.empty() ? function : fmt::format("{} ({})", function, place.module);
}

}  // namespace

std::optional<LiveOrder> parse_live_order(std::string_view text) noexcept {
    for (const auto& [name, order] : order_names) {
        if (name == text) return order;
    }
    return std::nullopt;
}

std::string_view to_text(LiveOrder wanted) noexcept {
    for (const auto& [name, order] : order_names) {
        if (order == wanted) return name;
    }
    return "";
}

uint32_t Live::site_of(std::string name, Place place) {
    const auto [entry, is_new] = by_name_.try_emplace(name, static_cast<uint32_t>(sites_.size()));
    if (is_new) {
        Site site;
        site.name = std::move(name);
        site.place = std::move(place);
        sites_.push_back(std::move(site));
    }
    return entry->second;
}

Result<void> Live::name_new(const read::SharedTables& tables) {
    site_of_stack_.resize(std::max(site_of_stack_.size(), tables.stacks.size()), no_site);
    std::vector<uint32_t> fresh;
    for (uint32_t stack = 0; stack < tables.stacks.size(); ++stack) {
        if (site_of_stack_[stack] == no_site && tables.stacks[stack].counters.live_blocks != 0) fresh.push_back(stack);
    }
    if (fresh.empty()) return {};
    const auto heap = open_in_memory(part_of(tables, fresh), options_);
    if (!heap) return heap.error();
    const Sites sites(*heap, {});
    for (size_t i = 0; i < fresh.size(); ++i) {
        const auto location = sites.of(StackId(i + 1));
        Place place = location ? place_of(*heap, *location) : Place{};
        std::string name = location ? name_of(place, short_name(*heap, *location)) : "<unknown>";
        site_of_stack_[fresh[i]] = site_of(std::move(name), std::move(place));
    }
    return {};
}

Result<void> Live::look(const read::SharedTables& tables, uint64_t at_ns) {
    if (auto named = name_new(tables); !named) return named;
    const double seconds = static_cast<double>(at_ns - at_ns_) / nanoseconds_a_second;
    const auto begin = [](Site& site) {
        site.allocated_before = site.allocated_bytes;
        site.allocated_bytes = 0;
        site.live_bytes = site.live_blocks = 0;
    };
    const auto add = [](Site& site, const prof_shared_counters& counters) {
        site.allocated_bytes += counters.allocated_bytes;
        site.live_bytes += static_cast<int64_t>(counters.live_bytes);
        site.live_blocks += counters.live_blocks;
    };
    const auto end = [&](Site& site) {
        const uint64_t more = site.allocated_bytes - std::min(site.allocated_bytes, site.allocated_before);
        site.rate = has_looked_ && seconds > 0 ? static_cast<double>(more) / seconds : 0;
    };
    begin(total_);
    for (Site& site : sites_) begin(site);
    for (size_t stack = 0; stack < tables.stacks.size(); ++stack) {
        add(total_, tables.stacks[stack].counters);
        if (site_of_stack_[stack] != no_site) add(sites_[site_of_stack_[stack]], tables.stacks[stack].counters);
    }
    end(total_);
    for (Site& site : sites_) end(site);
    at_ns_ = at_ns;
    if (!has_looked_) mark();
    has_looked_ = true;
    return {};
}

void Live::mark() {
    const auto set = [](Site& site) {
        site.mark_bytes = site.live_bytes;
        site.mark_blocks = site.live_blocks;
    };
    set(total_);
    for (Site& site : sites_) set(site);
}

std::vector<const Live::Site*> Live::sorted(const LiveView& view) const {
    std::vector<const Site*> sorted;
    for (const Site& site : sites_) {
        const bool is_there = site.live_blocks != 0 || site.mark_blocks != 0 || site.rate > 0;
        if (is_there && contains(site.name, view.filter)) sorted.push_back(&site);
    }
    const auto rank = [&](const Site& site) {
        switch (view.order) {
            case LiveOrder::growth:
                return static_cast<double>(site.live_bytes - site.mark_bytes);
            case LiveOrder::rate:
                return site.rate;
            case LiveOrder::count:
                return static_cast<double>(site.live_blocks);
            default:
                return static_cast<double>(site.live_bytes);
        }
    };
    std::sort(sorted.begin(), sorted.end(), [&](const Site* a, const Site* b) {
        return std::tuple(-rank(*a), -a->live_bytes, std::string_view(a->name)) <
               std::tuple(-rank(*b), -b->live_bytes, std::string_view(b->name));
    });
    return sorted;
}

Table Live::table(const LiveView& view) const {
    const std::vector<const Site*> all = sorted(view);
    const size_t first = std::min(view.first, all.size());
    const size_t end = view.limit == 0 ? all.size() : std::min(first + view.limit, all.size());
    Table table{.title = "Site", .key = "live", .layout = Table::Layout::columns};
    table.columns = {
        {.name = "site", .key = "name"},
        {.name = "live", .key = "live_bytes", .unit = Unit::bytes},
        {.name = "count", .key = "live_blocks", .unit = Unit::count},
        {.name = "growth", .key = "growth_bytes", .unit = Unit::bytes, .is_delta = true},
        {.name = "growth", .key = "growth_blocks", .unit = Unit::count, .is_delta = true, .is_for_json = true},
        {.name = "allocated/s", .key = "allocated_bytes_a_second", .unit = Unit::bytes}};
    table.rows_left_out = all.size() - end;
    table.empty = view.filter.empty() ? "Nothing is live." : fmt::format("No site's name contains '{}'.", view.filter);
    for (size_t i = first; i < end; ++i) {
        const Site& site = *all[i];
        table.rows.push_back({site.name, site.live_bytes, site.live_blocks, site.live_bytes - site.mark_bytes,
                              site.live_blocks - site.mark_blocks, static_cast<int64_t>(site.rate)});
    }
    return table;
}

}  // namespace heapkit::analyze
