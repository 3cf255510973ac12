// SPDX-License-Identifier: MIT
//
// Frames: every call tree node of a snapshot, resolved.
//
// Side: heap, floor 3 (symbols).
//
//     nodes            pc of each, with its generation
//       → places       distinct (module, address), sorted, so that each module and each compile unit is opened once
//       → Resolved     a module's frames: from the cache, DWARF, or its symbol table (module_symbols.cpp)
//       → chains       LocationIds of each place; nodes share them
#include "symbols/frames.h"

#include <algorithm>
#include <unordered_map>

#include "base/hex.h"
#include "symbols/demangle.h"
#include "symbols/module_index.h"
#include "symbols/module_symbols.h"
#include "symbols/short_name.h"
#include "symbols/string_table.h"

namespace heapkit::symbols {
namespace {

constexpr uint64_t pc_mask = (uint64_t{1} << 48) - 1;
constexpr uint32_t no_module = UINT32_MAX;

// A distinct program counter: a return address of a module's file, or of no module.
struct Place {
    uint32_t module;
    uint32_t node;
    uint64_t pc;  // with the module's bias taken off; with its generation where there is no module
    bool is_same(const Place& other) const { return module == other.module && pc == other.pc; }
};

struct LocationHash {
    size_t operator()(const Location& location) const noexcept {
        size_t hash = location.function.value;
        for (const size_t part : {size_t{location.file.value}, size_t{location.module.value}, size_t{location.line}})
            hash = (hash ^ part) * 0x9e3779b97f4a7c15;
        return hash ^ hash >> 32;
    }
};

std::vector<Place> places_of(const read::Snapshot& snapshot, const ModuleIndex& index) {
    const auto pcs = snapshot.node_pc();
    std::vector<Place> places;
    places.reserve(pcs.size());
    for (size_t node = 1; node < pcs.size(); ++node) {
        if (read::is_tag(pcs[node])) continue;
        const uint64_t address = pcs[node] & pc_mask;
        // A call may be the last instruction of its module: its return address lies behind.
        const auto module = index.module_at(address - 1, static_cast<uint16_t>(pcs[node] >> 48));
        const uint64_t pc = module ? address - snapshot.modules()[module->index()].bias : pcs[node];
        places.push_back({module ? module->value : no_module, static_cast<uint32_t>(node), pc});
    }
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return std::pair(a.module, a.pc) < std::pair(b.module, b.pc); });
    return places;
}

// Tells how far a long work is.
class Steps {
   public:
    Steps(const Progress& progress, uint64_t total) : progress_(progress), total_(total) {}
    void take() {
        if ((++done_ & 255) == 0) report();
    }
    void take_to(uint64_t done) {
        done_ = done;
        report();
    }

   private:
    void report() const {
        if (progress_.report) progress_.report("symbols", std::min(done_, total_), total_);
    }
    const Progress& progress_;
    uint64_t done_ = 0, total_;
};

}  // namespace

struct Frames::State {
    explicit State(const read::Snapshot& snapshot) : index(snapshot.modules()) {
        for (const prof_module& row : snapshot.modules()) loaded.emplace_back(snapshot, row);
    }

    ModuleIndex index;
    std::vector<Module> loaded;
    std::vector<ModuleSymbols> modules;

    StringTable strings;
    std::vector<StringId> short_of;  // by StringId: the short text of a function
    std::vector<Location> locations;
    std::unordered_map<Location, LocationId, LocationHash> location_of;

    std::vector<uint32_t> chain_of_node;
    std::vector<uint32_t> chain_begin = {0};
    std::vector<LocationId> chains;

    LocationId intern(const Location& location) {
        const auto [known, is_new] = location_of.try_emplace(location, LocationId(locations.size()));
        if (is_new) locations.push_back(location);
        return known->second;
    }
    void end_chain() { chain_begin.push_back(static_cast<uint32_t>(chains.size())); }
    uint32_t last_chain() const { return static_cast<uint32_t>(chain_begin.size() - 2); }

    void resolve_module(std::span<const Place> places, const Options& options, Steps& steps);
    void name_without_module(std::span<const Place> places);
    void shorten_functions();
};

// `places` are one module's, sorted by pc; several nodes may share one.
void Frames::State::resolve_module(std::span<const Place> places, const Options& options, Steps& steps) {
    Module& module = loaded[places[0].module];
    const StringId module_name = strings.intern(module.name());
    std::vector<uint64_t> addresses;  // of the calls: one byte before the return address is still inside
    for (const Place& place : places)
        if (addresses.empty() || addresses.back() != place.pc - 1) addresses.push_back(place.pc - 1);
    const Resolved resolved = module.resolve(addresses, strings, options.use_cache, [&] { steps.take(); });

    const auto name_by_offset = [&](uint64_t call) {
        return strings.intern(module.name() + "+" + hex_to_text(call + 1));
    };
    size_t place = 0;
    for (size_t i = 0; i < addresses.size(); ++i) {
        const auto frames = resolved.frames_of(i);
        for (const SourceFrame& frame : frames) {
            const bool is_named = frame.function != StringId();
            const StringId function = is_named ? frame.function : name_by_offset(addresses[i]);
            chains.push_back(intern({function, frame.file, module_name, frame.line}));
        }
        if (frames.empty()) chains.push_back(intern({name_by_offset(addresses[i]), {}, module_name, 0}));
        end_chain();
        for (; place < places.size() && places[place].pc - 1 == addresses[i]; ++place)
            chain_of_node[places[place].node] = last_chain();
    }
}

// Code that was generated at run time.
void Frames::State::name_without_module(std::span<const Place> places) {
    for (size_t i = 0; i < places.size(); ++i) {
        if (i == 0 || !places[i].is_same(places[i - 1])) {
            const uint64_t pc = places[i].pc & pc_mask;
            chains.push_back(intern({strings.intern(hex_to_text(pc)), {}, {}, 0}));
            end_chain();
        }
        chain_of_node[places[i].node] = last_chain();
    }
}

void Frames::State::shorten_functions() {
    short_of.resize(strings.count());
    for (size_t i = 0; i < short_of.size(); ++i) short_of[i] = StringId(i);
    std::vector<bool> is_done(short_of.size());
    for (const Location& location : locations) {
        const size_t function = location.function.index();
        if (is_done[function]) continue;
        is_done[function] = true;
        short_of[function] = strings.intern(short_function(std::string(strings.text(location.function))));
    }
}

Frames::Frames(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Frames::Frames(Frames&&) noexcept = default;
Frames& Frames::operator=(Frames&&) noexcept = default;
Frames::~Frames() = default;

Frames Frames::resolve(const read::Snapshot& snapshot, const Options& options) {
    auto state = std::make_unique<State>(snapshot);
    const std::vector<Place> places = places_of(snapshot, state->index);
    state->chain_of_node.resize(snapshot.node_pc().size());
    state->end_chain();  // chain 0 is empty: the empty stack's
    Steps steps(options.progress, places.size());
    steps.take_to(0);  // the first module may take a while to open
    for (auto begin = places.begin(); begin != places.end();) {
        const auto end =
            std::find_if(begin, places.end(), [&](const Place& place) { return place.module != begin->module; });
        const std::span<const Place> of_module(begin, end);
        if (begin->module == no_module)
            state->name_without_module(of_module);
        else
            state->resolve_module(of_module, options, steps);
        begin = end;
        steps.take_to(static_cast<uint64_t>(end - places.begin()));
    }
    for (const Module& module : state->loaded) state->modules.push_back(module.symbols());
    state->shorten_functions();
    return Frames(std::move(state));
}

std::span<const LocationId> Frames::at(NodeId node) const noexcept {
    const uint32_t chain = state_->chain_of_node[node.index()];
    const uint32_t begin = state_->chain_begin[chain];
    return std::span(state_->chains).subspan(begin, state_->chain_begin[chain + 1] - begin);
}

const Location& Frames::location(LocationId id) const noexcept { return state_->locations[id.index()]; }
size_t Frames::location_count() const noexcept { return state_->locations.size(); }
std::string_view Frames::text(StringId id) const noexcept { return state_->strings.text(id); }

std::string_view Frames::short_text(StringId id) const noexcept {
    const auto& short_of = state_->short_of;
    return state_->strings.text(id.index() < short_of.size() ? short_of[id.index()] : id);
}

std::span<const ModuleSymbols> Frames::modules() const noexcept { return state_->modules; }

std::string Frames::symbol_at(uint64_t address) const {
    const auto module = state_->index.module_at(address, PROF_GENERATION_ALIVE);
    const Symbol* symbol = module ? state_->loaded[module->index()].symbol_at(address) : nullptr;
    return symbol == nullptr ? std::string() : spelled(*symbol);
}

const Image* Frames::image_at(uint64_t address) const {
    const auto module = state_->index.module_at(address, PROF_GENERATION_ALIVE);
    return module ? state_->loaded[module->index()].image() : nullptr;
}

}  // namespace heapkit::symbols
