// SPDX-License-Identifier: MIT
//
// One file of the cache: $XDG_CACHE_HOME/heapkit/BUILD-ID.KIND, read and written whole.
//
// Side:    heap, floor 3 (symbols).
// Threads: any number of processes: files are written under another name and renamed.
//
// A file that is not ours, or that others can write to, is none.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
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

// What each file begins with. Its header, a plain struct, goes on with what it was made from and how long its columns
// are, and says these by `columns()`, an array of CacheColumn.
using CacheMagic = std::array<char, 8>;  // the last byte is the version
struct CacheStamp {
    CacheMagic magic = {};
    uint64_t checksum = 0;  // of everything behind this field
};
struct CacheColumn {
    uint64_t count, element_bytes;
};

// Whether a file is of this kind and version, as long as its header and columns, and as it was written.
bool is_whole(std::string_view content, const CacheMagic& magic, size_t header_bytes,
              std::span<const CacheColumn> columns);
// Of a file that is complete: writes its checksum.
void seal(std::string& content);

// The header, when the content is whole.
template <typename Header>
std::optional<Header> whole_header(std::string_view content, const CacheMagic& magic) {
    Header header;
    if (content.size() < sizeof(header)) return std::nullopt;
    std::memcpy(static_cast<void*>(&header), content.data(), sizeof(header));
    return is_whole(content, magic, sizeof(header), header.columns()) ? std::optional(header) : std::nullopt;
}

template <typename Header>
std::string begun_with(const Header& header) {
    return {reinterpret_cast<const char*>(&header), sizeof(header)};
}

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
