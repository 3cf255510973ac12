// SPDX-License-Identifier: MIT
//
// See call_cache.h.
//
// Side: heap, floor 3 (symbols).
//
// The file, all integers and structs as the machine has them:
//
//     CallCacheHeader
//     uint64_t   return address of each site, ascending
//     CallSite   site[sites]
//     CallScope  scope[scopes]
//     uint32_t   where each text ends
//     char       text[text_bytes]
#include "symbols/call_cache.h"

#include <algorithm>

#include "symbols/cache_file.h"

namespace heapkit::symbols {
namespace {

constexpr CacheMagic magic = {'H', 'K', 'C', 'A', 'L', '\n', 0, 3};  // the last byte is the version
constexpr uint64_t largest_bytes = 256 << 20;

struct CallCacheHeader {
    CacheStamp stamp;
    CallCacheKey key;
    uint64_t sites, scopes, texts, text_bytes;

    std::array<CacheColumn, 4> columns() const {
        return {{{sites, sizeof(uint64_t) + sizeof(CallSite)},
                 {scopes, sizeof(CallScope)},
                 {texts, sizeof(uint32_t)},
                 {text_bytes, 1}}};
    }
};
static_assert(sizeof(CallSite) == 20 && sizeof(CallScope) == 16, "they are in the file");

bool is_sound(const ModuleSites& sites, uint64_t type_count) {
    const auto is_type = [&](DebugTypeId id) { return id.index() < type_count; };
    const auto& returns = sites.returns;
    return std::adjacent_find(returns.begin(), returns.end(), std::greater_equal<>()) == returns.end() &&
           std::all_of(sites.sites.begin(), sites.sites.end(),
                       [&](const CallSite& site) {
                           return site.scopes_begin <= site.scopes_end && site.scopes_end <= sites.scopes.size() &&
                                  is_type(site.allocated) && is_type(site.constructed) && is_type(site.assigned);
                       }) &&
           std::all_of(sites.scopes.begin(), sites.scopes.end(), [&](const CallScope& scope) {
               return is_type(scope.of_class) && is_type(scope.returns) &&
                      scope.returns_name.index() < sites.texts.count();
           });
}

CacheFile file_of(std::span<const uint8_t> build_id) { return {build_id, "calls", largest_bytes}; }

}  // namespace

std::string packed(const ModuleSites& sites, const CallCacheKey& key) {
    CallCacheHeader header = {};
    header.stamp.magic = magic;
    header.key = key;
    header.sites = sites.sites.size();
    header.scopes = sites.scopes.size();
    header.texts = sites.texts.count();
    header.text_bytes = sites.texts.bytes().size();
    std::string content = begun_with(header);
    put_column(content, sites.returns);
    put_column(content, sites.sites);
    put_column(content, sites.scopes);
    put_column(content, sites.texts.ends());
    content += sites.texts.bytes();
    seal(content);
    return content;
}

std::optional<ModuleSites> unpacked(std::string_view content, const CallCacheKey& key) {
    const auto header = whole_header<CallCacheHeader>(content, magic);
    if (!header || !(header->key == key)) return std::nullopt;
    std::string_view rest = content.substr(sizeof(CallCacheHeader));
    ModuleSites sites;
    sites.returns = take_column<uint64_t>(rest, header->sites);
    sites.sites = take_column<CallSite>(rest, header->sites);
    sites.scopes = take_column<CallScope>(rest, header->scopes);
    std::vector<uint32_t> ends = take_column<uint32_t>(rest, header->texts);
    auto texts = Texts::checked(std::string(rest), std::move(ends));
    if (!texts) return std::nullopt;
    sites.texts = *std::move(texts);
    if (!is_sound(sites, key.type_count)) return std::nullopt;
    return sites;
}

std::optional<ModuleSites> load_cached_sites(std::span<const uint8_t> build_id, const CallCacheKey& key) {
    return unpacked(read_cache(file_of(build_id)), key);
}

void store_cached_sites(std::span<const uint8_t> build_id, const CallCacheKey& key, const ModuleSites& sites) {
    if (!build_id.empty()) write_cache(file_of(build_id), packed(sites, key));
}

}  // namespace heapkit::symbols
