// SPDX-License-Identifier: MIT
//
// See module_index.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/module_index.h"

#include <algorithm>

namespace heapkit::symbols {

ModuleIndex::ModuleIndex(std::span<const prof_module> modules) : modules_(modules.begin(), modules.end()) {
    for (size_t i = 0; i < modules.size(); ++i) entries_.push_back({modules[i].start, static_cast<uint32_t>(i)});
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.start < b.start; });
}

std::optional<ModuleId> ModuleIndex::module_at(uint64_t address, uint16_t generation) const {
    // Modules that were loaded one after the other at one place overlap; a bound on the steps back keeps a hostile
    // snapshot from making this a search through all of them.
    constexpr int most_steps = 256;
    if (generation == PROF_GENERATION_TAG) return std::nullopt;  // no address, whatever its number looks like
    auto at = std::upper_bound(entries_.begin(), entries_.end(), address,
                               [](uint64_t value, const Entry& entry) { return value < entry.start; });
    for (int step = 0; at != entries_.begin() && step < most_steps; ++step) {
        const prof_module& module = modules_[(--at)->module];
        if (address < module.end && module.first_generation <= generation && generation <= module.last_generation)
            return ModuleId(at->module);
    }
    return std::nullopt;
}

}  // namespace heapkit::symbols
