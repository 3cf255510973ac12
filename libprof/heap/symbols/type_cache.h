// SPDX-License-Identifier: MIT
//
// The types of a build, kept on disk beside its symbols: $XDG_CACHE_HOME/heapkit/BUILD-ID.types.
//
// Side:    heap, floor 3 (symbols).
// Threads: as cache_file.h.
// Memory:  a file is read whole; at most 1 GB.
//
// As cache.h: what is missing, damaged, of another version, or made from other files is ignored without a word.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "symbols/type_columns.h"

namespace heapkit::symbols {

std::optional<TypeColumns> load_cached_types(std::span<const uint8_t> build_id, uint64_t fingerprint);
void store_cached_types(std::span<const uint8_t> build_id, uint64_t fingerprint, const TypeColumns& columns);

// The file's bytes, for those two and for tests.
std::string packed(const TypeColumns& columns, uint64_t fingerprint);
std::optional<TypeColumns> unpacked(std::string_view content, uint64_t fingerprint);

}  // namespace heapkit::symbols
