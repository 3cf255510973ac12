// SPDX-License-Identifier: MIT
//
// See call_sites.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/call_sites.h"

#include <algorithm>

#include "symbols/dwarf_calls.h"
#include "symbols/module_files.h"
#include "symbols/module_index.h"
#include "symbols/module_types.h"

namespace heapkit::symbols {
namespace {

constexpr uint64_t pc_mask = (uint64_t{1} << 48) - 1;

// A node's return address, in its module's file.
struct Place {
    uint32_t module;
    uint64_t address;
    uint32_t node;
};

std::vector<Place> places_of(const read::Snapshot& snapshot) {
    const ModuleIndex index(snapshot.modules());
    const auto pcs = snapshot.node_pc();
    std::vector<Place> places;
    for (size_t node = 1; node < pcs.size(); ++node) {
        const uint64_t address = pcs[node] & pc_mask;
        const auto module = index.module_at(address - 1, static_cast<uint16_t>(pcs[node] >> 48));
        if (!module) continue;
        const uint64_t bias = snapshot.modules()[module->index()].bias;
        places.push_back({module->value, address - bias, static_cast<uint32_t>(node)});
    }
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return std::pair(a.module, a.address) < std::pair(b.module, b.address);
    });
    return places;
}

}  // namespace

struct CallSites::State {
    std::vector<uint32_t> site_of_node;
    std::vector<CallSite> sites = std::vector<CallSite>(1);  // 0: nothing is known
    std::vector<CallScope> scopes;
    Texts texts;

    void add_module(std::span<const Place> places, const read::Snapshot& snapshot, const TypeBook& book,
                    const Frames& frames);
    void add(const ModuleSites& from, const std::vector<DebugTypeId>& ids, std::span<const uint32_t> nodes,
             const Frames& frames);
};

void CallSites::State::add_module(std::span<const Place> places, const read::Snapshot& snapshot, const TypeBook& book,
                                  const Frames& frames) {
    const prof_module& module = snapshot.modules()[places[0].module];
    if (!has_types_of_interest(snapshot, module)) return;
    const ModuleFiles files = files_of(snapshot, module);
    const ElfFile* file = files.with_debug_information();
    if (file == nullptr) return;
    const DwarfFile dwarf(file->path().c_str());
    if (!dwarf.is_open()) return;

    std::vector<uint64_t> returns;
    std::vector<uint32_t> nodes;  // one of each address
    for (const Place& place : places) {
        if (returns.empty() || returns.back() != place.address) {
            returns.push_back(place.address);
            nodes.push_back(place.node);
        }
        site_of_node[place.node] = static_cast<uint32_t>(sites.size() + returns.size() - 1);
    }
    DwarfTypes types(dwarf.get());
    const ModuleSites found = read_sites(dwarf.get(), types, files.binary ? &*files.binary : nullptr, returns);
    add(found, translated(types.columns, book.columns()), nodes, frames);
}

void CallSites::State::add(const ModuleSites& from, const std::vector<DebugTypeId>& ids,
                           std::span<const uint32_t> nodes, const Frames& frames) {
    const auto id = [&](DebugTypeId local) { return ids[local.index()]; };
    for (size_t i = 0; i < from.sites.size(); ++i) {
        CallSite site = from.sites[i];
        const auto chain = frames.at(NodeId(size_t{nodes[i]}));
        const uint32_t begin = static_cast<uint32_t>(scopes.size());
        for (uint32_t k = site.scopes_begin; k < site.scopes_end; ++k) {
            CallScope scope = from.scopes[k];
            const size_t depth = k - site.scopes_begin;
            if (depth < chain.size()) scope.function = frames.location(chain[depth]).function;
            scope.of_class = id(scope.of_class);
            scope.returns = id(scope.returns);
            scope.returns_name = texts.intern(from.texts.text(scope.returns_name));
            scopes.push_back(scope);
        }
        site.scopes_begin = begin;
        site.scopes_end = static_cast<uint32_t>(scopes.size());
        site.allocated = id(site.allocated);
        site.constructed = id(site.constructed);
        site.assigned = id(site.assigned);
        sites.push_back(site);
    }
}

CallSites::CallSites(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
CallSites::CallSites(CallSites&&) noexcept = default;
CallSites& CallSites::operator=(CallSites&&) noexcept = default;
CallSites::~CallSites() = default;

CallSites CallSites::read(const read::Snapshot& snapshot, const TypeBook& book, const Frames& frames,
                          const Options& options) {
    auto state = std::make_unique<State>();
    state->site_of_node.resize(snapshot.node_pc().size());
    const std::vector<Place> places = places_of(snapshot);
    for (auto begin = places.begin(); begin != places.end();) {
        const auto end =
            std::find_if(begin, places.end(), [&](const Place& place) { return place.module != begin->module; });
        const auto done = static_cast<uint64_t>(begin - places.begin());
        if (options.progress.report) options.progress.report("calls", done, places.size());
        state->add_module({begin, end}, snapshot, book, frames);
        begin = end;
    }
    return CallSites(std::move(state));
}

const CallSite& CallSites::at(NodeId node) const noexcept { return state_->sites[state_->site_of_node[node.index()]]; }

std::span<const CallScope> CallSites::scopes(const CallSite& site) const noexcept {
    return std::span(state_->scopes).subspan(site.scopes_begin, site.scopes_end - site.scopes_begin);
}

std::string_view CallSites::text(StringId returns_name) const noexcept { return state_->texts.text(returns_name); }

}  // namespace heapkit::symbols
