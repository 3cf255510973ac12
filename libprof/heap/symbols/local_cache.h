// SPDX-License-Identifier: MIT
//
// What was once read of a build's local variables, kept on disk: $XDG_CACHE_HOME/heapkit/BUILD-ID.locals.
//
// Side:    heap, floor 3 (symbols).
// Threads: as cache_file.h.
//
// As call_cache.h: what is missing, damaged, of another version, or made from other files is ignored without a word.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "symbols/call_cache.h"
#include "symbols/module_locals.h"

namespace heapkit::symbols {

std::optional<ModuleLocals> load_cached_locals(std::span<const uint8_t> build_id, const CallCacheKey& key);
void store_cached_locals(std::span<const uint8_t> build_id, const CallCacheKey& key, const ModuleLocals& locals);

// The file's bytes, for those two and for tests.
std::string packed(const ModuleLocals& locals, const CallCacheKey& key);
std::optional<ModuleLocals> unpacked_locals(std::string_view content, const CallCacheKey& key);

}  // namespace heapkit::symbols
