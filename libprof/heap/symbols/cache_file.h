// SPDX-License-Identifier: MIT
//
// One file of the cache: $XDG_CACHE_HOME/heapkit/BUILD-ID.KIND, read and written whole.
//
// Side:    heap, floor 3 (symbols).
// Threads: any number of processes: files are written under another name and renamed.
//
// A file that is not ours, or that others can write to, is none.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heapkit::symbols {

// $XDG_CACHE_HOME or ~/.cache; empty when neither is known.
std::filesystem::path user_caches();
// $XDG_CACHE_HOME/heapkit or ~/.cache/heapkit; empty when neither is known.
std::filesystem::path cache_folder();

struct CacheFile {
    std::span<const uint8_t> build_id;  // empty: there is no such file
    std::string_view kind;              // "symbols"
    uint64_t largest_bytes;             // larger ones are neither read nor written
};

std::string read_cache(const CacheFile& file);  // "" when there is none
void write_cache(const CacheFile& file, const std::string& content);

// Columns of plain values, one behind the other. The caller has checked that `rest` is long enough.
template <typename T>
std::vector<T> take_column(std::string_view& rest, uint64_t count) {
    std::vector<T> column(count);
    if (count != 0) std::memcpy(static_cast<void*>(column.data()), rest.data(), count * sizeof(T));
    rest.remove_prefix(count * sizeof(T));
    return column;
}

template <typename T>
void put_column(std::string& content, const std::vector<T>& column) {
    content.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T));
}

}  // namespace heapkit::symbols
