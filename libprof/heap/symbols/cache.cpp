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

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <unordered_map>

#include <prof/format.h>

#include "base/descriptor.h"
#include "base/hex.h"

namespace heapkit::symbols {
namespace {

constexpr char cache_magic[8] = {'H', 'K', 'S', 'Y', 'M', '\n', 0, 2};  // the last byte is the version
constexpr uint64_t largest_bytes = 256 << 20;

struct CacheHeader {
    char magic[8];
    uint64_t checksum;  // of everything behind this field
    uint64_t fingerprint;
    uint64_t address_count, frame_count, text_bytes;
};
constexpr size_t summed_from = offsetof(CacheHeader, fingerprint);

struct CachedFrame {
    uint32_t function, file, line;
};

// Ours, and nobody else can write to it.
bool is_ours(const struct stat& status) { return status.st_uid == geteuid() && (status.st_mode & 022) == 0; }

Descriptor open_folder(const std::filesystem::path& folder) {
    if (folder.empty()) return Descriptor();
    Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    return opened && fstat(opened.number(), &status) == 0 && is_ours(status) ? std::move(opened) : Descriptor();
}

void make_folder(const std::filesystem::path& folder) {
    if (folder.empty()) return;
    mkdir(folder.parent_path().c_str(), 0700);
    mkdir(folder.c_str(), 0700);
}

std::string file_name(std::span<const uint8_t> build_id) { return hex_digits_of(build_id) + ".symbols"; }

std::string read_file(const Descriptor& folder, const std::string& name) {
    const Descriptor file(openat(folder.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat status;
    if (!file || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) || !is_ours(status)) return {};
    if (static_cast<uint64_t>(status.st_size) > largest_bytes) return {};
    std::string content(static_cast<size_t>(status.st_size), '\0');
    size_t have = 0;
    while (have < content.size()) {
        const ssize_t got = ::read(file.number(), content.data() + have, content.size() - have);
        if (got <= 0) return {};
        have += static_cast<size_t>(got);
    }
    return content;
}

// Writes beside and renames, so that a reader sees the old file or the new one.
void write_file(const Descriptor& folder, const std::string& name, const std::string& content) {
    const std::string temporary = name + "." + std::to_string(getpid()) + ".new";
    unlinkat(folder.number(), temporary.c_str(), 0);
    const Descriptor file(
        openat(folder.number(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return;
    size_t done = 0;
    while (done < content.size()) {
        const ssize_t put = ::write(file.number(), content.data() + done, content.size() - done);
        if (put <= 0) break;
        done += static_cast<size_t>(put);
    }
    if (done != content.size() || renameat(folder.number(), temporary.c_str(), folder.number(), name.c_str()) != 0)
        unlinkat(folder.number(), temporary.c_str(), 0);
}

template <typename T>
std::vector<T> take_column(std::string_view& rest, uint64_t count) {
    std::vector<T> column(count);
    if (count != 0) std::memcpy(column.data(), rest.data(), count * sizeof(T));
    rest.remove_prefix(count * sizeof(T));
    return column;
}

template <typename T>
void put_column(std::string& content, const std::vector<T>& column) {
    content.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T));
}

// The header, when the content is whole: as long as it says, unchanged, of our version.
std::optional<CacheHeader> whole_header(std::string_view content) {
    CacheHeader header;
    if (content.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, content.data(), sizeof(header));
    if (std::memcmp(header.magic, cache_magic, sizeof(cache_magic)) != 0) return std::nullopt;
    if (prof_checksum(content.data() + summed_from, content.size() - summed_from) != header.checksum)
        return std::nullopt;
    // Each count fits the file on its own, so the sum below cannot overflow.
    const uint64_t rest = content.size() - sizeof(header);
    if (header.address_count > rest / 12 || header.frame_count > rest / sizeof(CachedFrame) || header.text_bytes > rest)
        return std::nullopt;
    if (header.address_count * 12 + header.frame_count * sizeof(CachedFrame) + header.text_bytes != rest)
        return std::nullopt;
    return header;
}

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

std::filesystem::path cache_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && cache[0] == '/')
        return std::filesystem::path(cache) / "heapkit";
    if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/')
        return std::filesystem::path(home) / ".cache" / "heapkit";
    return {};
}

uint64_t fingerprint_of(const ModuleFiles& files) {
    std::string identity;
    const auto add = [&](const ElfFile& file, const std::string& place) {
        identity.append(place).append(":").append(std::to_string(file.size_bytes()));
        identity.append(":").append(std::to_string(file.modified_ns())).append(";");
    };
    // A binary may be installed at two places; its debug file is known by where it is.
    if (files.binary) add(*files.binary, "");
    if (files.debug) add(*files.debug, files.debug->path().string());
    return identity.empty() ? 0 : prof_checksum(identity.data(), identity.size()) | 1;
}

std::optional<CachedModule> load_cached(std::span<const uint8_t> build_id, uint64_t fingerprint, StringTable& strings) {
    const Descriptor folder = open_folder(cache_folder());
    if (build_id.empty() || !folder) return std::nullopt;
    const std::string content = read_file(folder, file_name(build_id));
    const auto header = whole_header(content);
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
    if (build_id.empty()) return;
    make_folder(cache_folder());
    const Descriptor folder = open_folder(cache_folder());
    if (!folder) return;
    TextColumn text(strings);
    std::vector<CachedFrame> frames;
    for (const SourceFrame& frame : module.resolved.frames)
        frames.push_back({text.offset_of(frame.function), text.offset_of(frame.file), frame.line});

    CacheHeader header = {};
    std::memcpy(header.magic, cache_magic, sizeof(cache_magic));
    header.fingerprint = module.fingerprint;
    header.address_count = module.resolved.count();
    header.frame_count = frames.size();
    header.text_bytes = text.content().size();
    std::string content(reinterpret_cast<const char*>(&header), sizeof(header));
    put_column(content, module.resolved.addresses);
    put_column(content, module.resolved.frames_end);
    put_column(content, frames);
    content += text.content();
    if (content.size() > largest_bytes) return;
    header.checksum = prof_checksum(content.data() + summed_from, content.size() - summed_from);
    std::memcpy(content.data(), &header, sizeof(header));
    write_file(folder, file_name(build_id), content);
}

}  // namespace heapkit::symbols
