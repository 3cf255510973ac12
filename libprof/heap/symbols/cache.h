// SPDX-License-Identifier: MIT
//
// What was once resolved of a build, kept on disk: $XDG_CACHE_HOME/heapkit/BUILD-ID.symbols.
//
// Side:    heap, floor 3 (symbols).
// Threads: any number of processes: files are written under another name and renamed.
// Memory:  a file is read whole; at most 256 MB.
//
// A cache can only make us faster, never wrong or late: what is missing, damaged, not ours, or writable by others is
// ignored without a word.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "symbols/cache_file.h"
#include "symbols/module_files.h"
#include "symbols/resolved.h"

namespace heapkit::symbols {

struct CachedModule {
    // Of the files that the answers come from: debug information that is installed later must be noticed. 0 when no
    // file is there any more; then whatever was known is still good.
    uint64_t fingerprint = 0;
    Resolved resolved;
};

uint64_t fingerprint_of(const ModuleFiles& files);

// Nothing when there is no usable file for this build, or when it comes from other files.
std::optional<CachedModule> load_cached(std::span<const uint8_t> build_id, uint64_t fingerprint, StringTable& strings);
void store_cached(std::span<const uint8_t> build_id, const CachedModule& module, const StringTable& strings);

}  // namespace heapkit::symbols
