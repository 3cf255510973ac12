// SPDX-License-Identifier: MIT
//
// What was once read of a build's call sites, kept on disk: $XDG_CACHE_HOME/heapkit/BUILD-ID.calls.
//
// Side:    heap, floor 3 (symbols).
// Threads: as cache_file.h.
//
// As cache.h: what is missing, damaged, of another version, or made from other files is ignored without a word. Its
// types are ids of the same build's cached types.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "symbols/module_sites.h"

namespace heapkit::symbols {

// What call sites in the cache go with: the files they were read from, and the types that their ids name.
struct CallCacheKey {
    uint64_t fingerprint = 0;
    uint64_t type_count = 0;
    friend bool operator==(const CallCacheKey&, const CallCacheKey&) = default;
};

std::optional<ModuleSites> load_cached_sites(std::span<const uint8_t> build_id, const CallCacheKey& key);
void store_cached_sites(std::span<const uint8_t> build_id, const CallCacheKey& key, const ModuleSites& sites);

// The file's bytes, for those two and for tests.
std::string packed(const ModuleSites& sites, const CallCacheKey& key);
std::optional<ModuleSites> unpacked(std::string_view content, const CallCacheKey& key);

}  // namespace heapkit::symbols
