// SPDX-License-Identifier: MIT
//
// See cache_file.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/cache_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include <prof/format.h>

#include "base/descriptor.h"
#include "base/hex.h"

namespace heapkit::symbols {
namespace {

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

std::string file_name(const CacheFile& file) { return hex_digits_of(file.build_id) + "." + std::string(file.kind); }

std::string read_file(const Descriptor& folder, const std::string& name, uint64_t largest_bytes) {
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

}  // namespace

std::filesystem::path user_caches() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && cache[0] == '/') return cache;
    if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/')
        return std::filesystem::path(home) / ".cache";
    return {};
}

std::filesystem::path cache_folder() {
    const std::filesystem::path all = user_caches();
    return all.empty() ? all : all / "heapkit";
}

std::string read_cache(const CacheFile& file) {
    const Descriptor folder = open_folder(cache_folder());
    return file.build_id.empty() || !folder ? std::string() : read_file(folder, file_name(file), file.largest_bytes);
}

void write_cache(const CacheFile& file, const std::string& content) {
    if (file.build_id.empty() || content.size() > file.largest_bytes) return;
    make_folder(cache_folder());
    if (const Descriptor folder = open_folder(cache_folder())) write_file(folder, file_name(file), content);
}

bool is_whole(std::string_view content, const CacheMagic& magic, size_t header_bytes,
              std::span<const CacheColumn> columns) {
    CacheStamp stamp;
    if (content.size() < std::max(header_bytes, sizeof(stamp))) return false;
    std::memcpy(static_cast<void*>(&stamp), content.data(), sizeof(stamp));
    if (stamp.magic != magic) return false;
    uint64_t rest = content.size() - header_bytes;
    for (const CacheColumn& column : columns) {
        if (column.count > rest / column.element_bytes) return false;
        rest -= column.count * column.element_bytes;
    }
    return rest == 0 && stamp.checksum == prof_checksum(content.data() + sizeof(stamp), content.size() - sizeof(stamp));
}

void seal(std::string& content) {
    const uint64_t checksum = prof_checksum(content.data() + sizeof(CacheStamp), content.size() - sizeof(CacheStamp));
    std::memcpy(content.data() + offsetof(CacheStamp, checksum), &checksum, sizeof(checksum));
}

}  // namespace heapkit::symbols
