// SPDX-License-Identifier: MIT
//
// See call_sites.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/call_sites.h"

#include <algorithm>
#include <iterator>

#include "symbols/cache.h"
#include "symbols/call_cache.h"
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

// Sites of one module, in ids of `columns`.
class ModuleReader {
   public:
    ModuleReader(const ModuleFiles& files, std::span<const uint8_t> build_id, bool use_cache)
        : files_(files), build_id_(build_id), use_cache_(use_cache && !build_id.empty()) {}

    // In types of `book`, as `returns`.
    ModuleSites read(std::span<const uint64_t> returns, const TypeBook& book) {
        if (!use_cache_) return found_in_dwarf(returns, book.columns());
        const TypeColumns columns = columns_of(files_, build_id_, true);
        const CallCacheKey key = {fingerprint_of(files_), columns.types.size()};
        ModuleSites all = load_cached_sites(build_id_, key).value_or(ModuleSites());
        std::vector<uint64_t> unknown;
        std::set_difference(returns.begin(), returns.end(), all.returns.begin(), all.returns.end(),
                            std::back_inserter(unknown));
        if (!unknown.empty()) {
            all = joined(all, found_in_dwarf(unknown, columns), columns.types.size());
            if (key.fingerprint != 0) store_cached_sites(build_id_, key, all);
        }
        return chosen(all, returns, translated(columns, book.columns()));
    }

   private:
    // Read anew, in types of `into`.
    ModuleSites found_in_dwarf(std::span<const uint64_t> returns, const TypeColumns& into) {
        ModuleSites none;
        none.returns.assign(returns.begin(), returns.end());
        none.sites.resize(returns.size());
        const ElfFile* file = files_.with_debug_information();
        if (file == nullptr) return none;
        const DwarfFile dwarf(file->path().c_str());
        if (!dwarf.is_open()) return none;
        DwarfTypes types(dwarf.get());
        const ModuleSites found = read_sites(dwarf.get(), types, files_.binary ? &*files_.binary : nullptr, returns);
        return chosen(found, returns, translated(types.columns, into));
    }

    // Those of `from` at `returns`, both ascending; all of them are there.
    static ModuleSites chosen(const ModuleSites& from, std::span<const uint64_t> returns,
                              const std::vector<DebugTypeId>& ids) {
        ModuleSites some;
        for (size_t i = 0, k = 0; k < returns.size(); ++k) {
            while (from.returns[i] < returns[k]) ++i;
            some.add(from, i, ids);
        }
        return some;
    }

    static ModuleSites joined(const ModuleSites& a, const ModuleSites& b, size_t type_count) {
        std::vector<DebugTypeId> same(type_count);
        for (size_t i = 0; i < type_count; ++i) same[i] = DebugTypeId(i);
        ModuleSites both;
        for (size_t i = 0, k = 0; i < a.returns.size() || k < b.returns.size();) {
            const bool takes_a = k == b.returns.size() || (i < a.returns.size() && a.returns[i] < b.returns[k]);
            both.add(takes_a ? a : b, takes_a ? i++ : k++, same);
        }
        return both;
    }

    const ModuleFiles& files_;
    std::span<const uint8_t> build_id_;
    bool use_cache_;
};

}  // namespace

struct CallSites::State {
    std::vector<uint32_t> site_of_node;
    std::vector<CallSite> sites = std::vector<CallSite>(1);  // 0: nothing is known
    std::vector<CallScope> scopes;
    Texts texts;

    void add(const ModuleSites& from, std::span<const uint32_t> nodes, const Frames& frames);
};

// `nodes`: one of each site's.
void CallSites::State::add(const ModuleSites& from, std::span<const uint32_t> nodes, const Frames& frames) {
    for (size_t i = 0; i < from.sites.size(); ++i) {
        CallSite site = from.sites[i];
        const auto chain = frames.at(NodeId(size_t{nodes[i]}));
        const uint32_t begin = static_cast<uint32_t>(scopes.size());
        for (uint32_t k = site.scopes_begin; k < site.scopes_end; ++k) {
            CallScope scope = from.scopes[k];
            const size_t depth = k - site.scopes_begin;
            if (depth < chain.size()) scope.function = frames.location(chain[depth]).function;
            scope.returns_name = texts.intern(from.texts.text(scope.returns_name));
            scopes.push_back(scope);
        }
        site.scopes_begin = begin;
        site.scopes_end = static_cast<uint32_t>(scopes.size());
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
        const prof_module& module = snapshot.modules()[begin->module];
        if (has_types_of_interest(snapshot, module)) {
            std::vector<uint64_t> returns;
            std::vector<uint32_t> nodes;  // one of each address
            for (auto place = begin; place != end; ++place) {
                if (returns.empty() || returns.back() != place->address) {
                    returns.push_back(place->address);
                    nodes.push_back(place->node);
                }
                state->site_of_node[place->node] = static_cast<uint32_t>(state->sites.size() + returns.size() - 1);
            }
            const ModuleFiles files = files_of(snapshot, module);
            const std::span build_id(module.build_id, module.build_id_bytes);
            state->add(ModuleReader(files, build_id, options.use_cache).read(returns, book), nodes, frames);
        }
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
