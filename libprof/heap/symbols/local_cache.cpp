// SPDX-License-Identifier: MIT
//
// See local_cache.h.
//
// Side: heap, floor 3 (symbols).
//
// The file, all integers and structs as the machine has them:
//
//     LocalCacheHeader
//     uint64_t       address[addresses], ascending
//     uint32_t       where the variables of each end
//     StringId       function of each
//     LocalVariable  variable[variables]
//     uint32_t       where each text ends
//     char           text[text_bytes]
#include "symbols/local_cache.h"

#include <algorithm>
#include <functional>

#include "symbols/cache_file.h"

namespace heapkit::symbols {
namespace {

constexpr CacheMagic magic = {'H', 'K', 'L', 'O', 'C', '\n', 0, 1};  // the last byte is the version
constexpr uint64_t largest_bytes = 256 << 20;

struct LocalCacheHeader {
    CacheStamp stamp;
    CallCacheKey key;
    uint64_t addresses, variables, texts, text_bytes;

    std::array<CacheColumn, 4> columns() const {
        return {{{addresses, sizeof(uint64_t) + sizeof(uint32_t) + sizeof(StringId)},
                 {variables, sizeof(LocalVariable)},
                 {texts, sizeof(uint32_t)},
                 {text_bytes, 1}}};
    }
};
static_assert(sizeof(LocalVariable) == 40 && sizeof(StringId) == 4, "they are in the file");

bool is_sound(const ModuleLocals& locals, uint64_t type_count) {
    const auto is_text = [&](StringId id) { return id.index() < locals.texts.count(); };
    const auto& addresses = locals.addresses;
    const auto& ends = locals.ends;
    return std::ranges::adjacent_find(addresses, std::greater_equal<>()) == addresses.end() &&
           std::ranges::is_sorted(ends) && (ends.empty() ? 0 : ends.back()) == locals.variables.size() &&
           std::ranges::all_of(locals.functions, is_text) &&
           std::ranges::all_of(locals.variables, [&](const LocalVariable& variable) {
               return is_text(variable.name) && is_text(variable.function) && is_text(variable.file) &&
                      variable.type.index() < type_count && variable.place.kind <= LocalPlace::Kind::in_register;
           });
}

CacheFile file_of(std::span<const uint8_t> build_id) { return {build_id, "locals", largest_bytes}; }

}  // namespace

std::string packed(const ModuleLocals& locals, const CallCacheKey& key) {
    LocalCacheHeader header = {};
    header.stamp.magic = magic;
    header.key = key;
    header.addresses = locals.addresses.size();
    header.variables = locals.variables.size();
    header.texts = locals.texts.count();
    header.text_bytes = locals.texts.bytes().size();
    std::string content = begun_with(header);
    put_column(content, locals.addresses);
    put_column(content, locals.ends);
    put_column(content, locals.functions);
    put_column(content, locals.variables);
    put_column(content, locals.texts.ends());
    content += locals.texts.bytes();
    seal(content);
    return content;
}

std::optional<ModuleLocals> unpacked_locals(std::string_view content, const CallCacheKey& key) {
    const auto header = whole_header<LocalCacheHeader>(content, magic);
    if (!header || !(header->key == key)) return std::nullopt;
    std::string_view rest = content.substr(sizeof(LocalCacheHeader));
    ModuleLocals locals;
    locals.addresses = take_column<uint64_t>(rest, header->addresses);
    locals.ends = take_column<uint32_t>(rest, header->addresses);
    locals.functions = take_column<StringId>(rest, header->addresses);
    locals.variables = take_column<LocalVariable>(rest, header->variables);
    std::vector<uint32_t> ends = take_column<uint32_t>(rest, header->texts);
    auto texts = Texts::checked(std::string(rest), std::move(ends));
    if (!texts) return std::nullopt;
    locals.texts = *std::move(texts);
    if (!is_sound(locals, key.type_count)) return std::nullopt;
    return locals;
}

std::optional<ModuleLocals> load_cached_locals(std::span<const uint8_t> build_id, const CallCacheKey& key) {
    return unpacked_locals(read_cache(file_of(build_id)), key);
}

void store_cached_locals(std::span<const uint8_t> build_id, const CallCacheKey& key, const ModuleLocals& locals) {
    write_cache(file_of(build_id), packed(locals, key));
}

}  // namespace heapkit::symbols
