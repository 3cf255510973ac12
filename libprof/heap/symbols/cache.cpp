// SPDX-License-Identifier: MIT
//
// See cache.h.
//
// Side: heap, floor 3 (symbols).
//
// The file, all integers as the machine has them:
//
//     CacheHeader
//     uint64_t    address[address_count]      ascending
//     uint32_t    frames_end[address_count]   as in Resolved
//     CachedFrame frame[frame_count]          offsets of texts
//     char        text[text_bytes]            NUL-terminated; "" at 0
#include "symbols/cache.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include <prof/format.h>

#include "symbols/cache_file.h"

namespace heapkit::symbols {
namespace {

constexpr CacheMagic cache_magic = {'H', 'K', 'S', 'Y', 'M', '\n', 0, 2};  // the last byte is the version
constexpr uint64_t largest_bytes = 256 << 20;

struct CachedFrame {
    uint32_t function, file, line;
};

struct CacheHeader {
    CacheStamp stamp;
    uint64_t fingerprint;
    uint64_t address_count, frame_count, text_bytes;

    std::array<CacheColumn, 3> columns() const {
        return {{{address_count, sizeof(uint64_t) + sizeof(uint32_t)},
                 {frame_count, sizeof(CachedFrame)},
                 {text_bytes, 1}}};
    }
};

CacheFile file_of(std::span<const uint8_t> build_id) { return {build_id, "symbols", largest_bytes}; }

bool is_sound(const Resolved& resolved, const std::vector<CachedFrame>& frames, std::string_view text) {
    if (text.empty() || text.back() != '\0') return false;
    if (!std::is_sorted(resolved.addresses.begin(), resolved.addresses.end())) return false;
    if (!std::is_sorted(resolved.frames_end.begin(), resolved.frames_end.end())) return false;
    if (!resolved.frames_end.empty() && resolved.frames_end.back() > frames.size()) return false;
    return std::all_of(frames.begin(), frames.end(), [&](const CachedFrame& frame) {
        return frame.function < text.size() && frame.file < text.size();
    });
}

// Offsets of texts in the file, each text once.
class TextColumn {
   public:
    explicit TextColumn(const StringTable& strings) : strings_(strings), content_(1, '\0') {}
    uint32_t offset_of(StringId id) {
        if (id == StringId()) return 0;
        const auto [known, is_new] = offset_of_.try_emplace(id, static_cast<uint32_t>(content_.size()));
        if (is_new) content_.append(strings_.text(id)).push_back('\0');
        return known->second;
    }
    const std::string& content() const noexcept { return content_; }

   private:
    const StringTable& strings_;
    std::string content_;
    std::unordered_map<StringId, uint32_t> offset_of_;
};

}  // namespace

uint64_t fingerprint_of(const ModuleFiles& files) {
    std::string identity;
    const auto add = [&](const ElfFile& file, const std::string& place) {
        identity.append(place).append(":").append(std::to_string(file.size_bytes()));
        identity.append(":").append(std::to_string(file.modified_ns())).append(";");
    };
    // A binary may be installed at two places; its debug file is known by where it is. Carried ones may be anywhere;
    // but nobody vouches that they are what is installed here.
    const auto place_of = [&](const ElfFile& file, const std::string& here) {
        const bool is_carried = files.is_carried && file.path().parent_path() == files.binary->path().parent_path();
        return is_carried ? std::string("carried") : here;
    };
    if (files.binary) add(*files.binary, place_of(*files.binary, ""));
    if (files.debug) add(*files.debug, place_of(*files.debug, files.debug->path().string()));
    return identity.empty() ? 0 : prof_checksum(identity.data(), identity.size()) | 1;
}

std::optional<CachedModule> load_cached(std::span<const uint8_t> build_id, uint64_t fingerprint, StringTable& strings) {
    const std::string content = read_cache(file_of(build_id));
    const auto header = whole_header<CacheHeader>(content, cache_magic);
    if (!header || (fingerprint != 0 && header->fingerprint != fingerprint)) return std::nullopt;

    CachedModule module{header->fingerprint, {}};
    std::string_view rest = std::string_view(content).substr(sizeof(CacheHeader));
    module.resolved.addresses = take_column<uint64_t>(rest, header->address_count);
    module.resolved.frames_end = take_column<uint32_t>(rest, header->address_count);
    const auto frames = take_column<CachedFrame>(rest, header->frame_count);
    if (!is_sound(module.resolved, frames, rest)) return std::nullopt;
    std::unordered_map<uint32_t, StringId> known;
    const auto text = [&](uint32_t offset) {
        const auto [at, is_new] = known.try_emplace(offset);
        if (is_new) at->second = strings.intern(rest.data() + offset);
        return at->second;
    };
    for (const CachedFrame& frame : frames)
        module.resolved.frames.push_back({text(frame.function), text(frame.file), frame.line});
    return module;
}

void store_cached(std::span<const uint8_t> build_id, const CachedModule& module, const StringTable& strings) {
    TextColumn text(strings);
    std::vector<CachedFrame> frames;
    for (const SourceFrame& frame : module.resolved.frames)
        frames.push_back({text.offset_of(frame.function), text.offset_of(frame.file), frame.line});

    CacheHeader header = {};
    header.stamp.magic = cache_magic;
    header.fingerprint = module.fingerprint;
    header.address_count = module.resolved.count();
    header.frame_count = frames.size();
    header.text_bytes = text.content().size();
    std::string content = begun_with(header);
    put_column(content, module.resolved.addresses);
    put_column(content, module.resolved.frames_end);
    put_column(content, frames);
    content += text.content();
    seal(content);
    write_cache(file_of(build_id), content);
}

}  // namespace heapkit::symbols
