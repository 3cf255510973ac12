// SPDX-License-Identifier: MIT
//
// The call sites of one module: the currency between DWARF, the cache and CallSites.
//
// Side:   heap, floor 3 (symbols). Plain data; ids of types are those of some columns of the module.
// Memory: 32 bytes a return address, 16 a function around it.
#pragma once

#include <vector>

#include "symbols/call_sites.h"
#include "symbols/texts.h"

namespace heapkit::symbols {

struct ModuleSites {
    std::vector<uint64_t> returns;  // addresses as in the file
    std::vector<CallSite> sites;    // of each
    std::vector<CallScope> scopes;  // innermost first; `function` is not filled
    Texts texts;                    // of returns_name

    // Site `i` of `from`, its types replaced by ids[type].
    void add(const ModuleSites& from, size_t i, const std::vector<DebugTypeId>& ids);
};

inline void ModuleSites::add(const ModuleSites& from, size_t i, const std::vector<DebugTypeId>& ids) {
    CallSite site = from.sites[i];
    const auto begin = static_cast<uint32_t>(scopes.size());
    for (uint32_t k = site.scopes_begin; k < site.scopes_end; ++k) {
        CallScope scope = from.scopes[k];
        scope.of_class = ids[scope.of_class.index()];
        scope.returns = ids[scope.returns.index()];
        scope.returns_name = texts.intern(from.texts.text(scope.returns_name));
        scopes.push_back(scope);
    }
    site.scopes_begin = begin;
    site.scopes_end = static_cast<uint32_t>(scopes.size());
    for (DebugTypeId* type : {&site.allocated, &site.constructed, &site.assigned}) *type = ids[type->index()];
    returns.push_back(from.returns[i]);
    sites.push_back(site);
}

}  // namespace heapkit::symbols
