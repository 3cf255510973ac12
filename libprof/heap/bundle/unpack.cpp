// SPDX-License-Identifier: MIT
//
// See unpack.h.
//
// Side: heap, floor 4 (bundle).
#include "bundle/unpack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

#include <prof/format.h>

#include "base/descriptor.h"
#include "base/hex.h"
#include "bundle/compressed_file.h"
#include "bundle/pack.h"
#include "bundle/tar.h"
#include "symbols/cache_file.h"
#include "symbols/module_files.h"

namespace heapkit::bundle {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largest_ratio = 1000;       // zstd makes of snapshots and binaries a half to a thirtieth
constexpr uint64_t always_allowed = 64 << 20;  // of small bundles
constexpr size_t longest_version = 16;
constexpr ptrdiff_t deepest_half = 32;
constexpr auto kept_unread = std::chrono::hours(24 * 30);

Error wrong(const fs::path& bundle, const std::string& what) {
    return {bundle.string() + " is no bundle that heapkit bundle made: " + what, ""};
}

bool is_lower_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// As carried_name() makes them, with or without ".debug".
bool is_module_name(std::string_view name) {
    if (name.ends_with(".debug")) name.remove_suffix(6);
    if (name.starts_with("path-")) name.remove_prefix(5);
    return is_lower_hex(name);
}

// As side_files_of() makes them: "x.dwo", "folder/x.dwo", and never out of the folder.
bool is_half_name(std::string_view name) {
    const fs::path path(name);
    if (!path.is_relative() || path.extension() != ".dwo" || path.lexically_normal() != path) return false;
    const auto depth = std::distance(path.begin(), path.end());
    return depth <= deepest_half && std::find(path.begin(), path.end(), fs::path("..")) == path.end() &&
           std::none_of(name.begin(), name.end(), [](unsigned char each) { return std::iscntrl(each) != 0; });
}

bool is_packed_name(std::string_view name) {
    if (name == snapshot_member) return true;
    const std::string folder = symbols::folder_of_carried(snapshot_member).string() + "/";
    if (!name.starts_with(folder)) return false;
    const std::string_view inside = name.substr(folder.size());
    return is_module_name(inside) || is_half_name(inside);
}

class Unpacker {
   public:
    Unpacker(const fs::path& bundle, CompressedReader reader, const fs::path& folder)
        : bundle_(bundle),
          reader_(std::move(reader)),
          folder_(folder),
          allowed_(std::max(always_allowed, reader_.file_bytes() * largest_ratio)) {}

    Result<void> run() {
        if (auto version = read_version(); !version) return version;
        for (;;) {
            const auto member = next();
            if (!member) return member.error();
            if (!*member) break;
            if (!is_packed_name((*member)->name)) return wrong(bundle_, "it holds a file called " + (*member)->name);
            if (auto wrote = write(**member); !wrote) return wrote;
        }
        std::error_code error;
        if (!fs::exists(folder_ / snapshot_member, error)) return wrong(bundle_, "there is no snapshot in it");
        TarBlock last;
        if (auto end = reader_.read(last); !end) return end;
        return reader_.finish();
    }

   private:
    Result<std::optional<TarMember>> next() {
        TarBlock block;
        if (auto read = reader_.read(block); !read) return read.error();
        auto member = read_tar_header(block);
        if (!member) return wrong(bundle_, member.error().what);
        if (*member && (*member)->size_bytes > allowed_ - used_)
            return wrong(bundle_, "it unpacks to more than a thousand times its size");
        if (*member) used_ += (*member)->size_bytes + tar_block_bytes;
        used_ = std::min(used_, allowed_);
        return member;
    }

    Result<void> read_version() {
        const auto member = next();
        if (!member) return member.error();
        if (!*member || (*member)->name != version_member || (*member)->size_bytes > longest_version)
            return wrong(bundle_, "it is another archive");
        std::vector<char> text((*member)->size_bytes + tar_padding((*member)->size_bytes));
        if (auto read = reader_.read(text); !read) return read;
        if (std::string_view(text.data(), (*member)->size_bytes) == version_text) return {};
        return Error{bundle_.string() + " was made by a newer heapkit", "Read it with that version."};
    }

    // Those of a checked name, each of them ours: nothing but folders and files was ever made here.
    void make_folders(const fs::path& name) const {
        fs::path folder = folder_;
        for (const fs::path& each : name.parent_path()) mkdir((folder /= each).c_str(), 0700);
    }

    Result<void> write(const TarMember& member) {
        const fs::path path = folder_ / member.name;
        make_folders(member.name);
        const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file && errno == EEXIST) return wrong(bundle_, "it holds " + member.name + " twice");
        if (!file) return Error{path.string() + " cannot be written: " + std::strerror(errno), ""};
        for (uint64_t left = member.size_bytes; left > 0;) {
            const auto part = std::span(buffer_).first(std::min<uint64_t>(left, buffer_.size()));
            if (auto read = reader_.read(part); !read) return read;
            if (auto wrote = write_all(file, path, part); !wrote) return wrote;
            left -= part.size();
        }
        // As it was packed: it is a part of what the cache of symbols knows a file by.
        const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = member.modified_s, .tv_nsec = 0}};
        futimens(file.number(), times);
        return reader_.read(std::span(buffer_).first(tar_padding(member.size_bytes)));
    }

    static Result<void> write_all(const Descriptor& file, const fs::path& path, std::span<const char> bytes) {
        while (!bytes.empty()) {
            const ssize_t wrote = ::write(file.number(), bytes.data(), bytes.size());
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote <= 0) return Error{path.string() + " cannot be written: " + std::strerror(errno), ""};
            bytes = bytes.subspan(static_cast<size_t>(wrote));
        }
        return {};
    }

    const fs::path& bundle_;
    CompressedReader reader_;
    const fs::path& folder_;
    const uint64_t allowed_;
    uint64_t used_ = 0;
    std::vector<char> buffer_ = std::vector<char>(64 << 10);
};

// Where bundles are unpacked; ours, and closed to others.
Result<fs::path> folder_of_bundles() {
    const fs::path cache = symbols::cache_folder();
    const fs::path folder = cache / "bundles";
    if (!cache.empty()) {
        mkdir(cache.parent_path().c_str(), 0700);
        mkdir(cache.c_str(), 0700);
        mkdir(folder.c_str(), 0700);
    }
    struct stat status;
    if (cache.empty() || lstat(folder.c_str(), &status) != 0)
        return Error{"there is no folder to unpack bundles into", "Set XDG_CACHE_HOME to one with room for them."};
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 022) != 0)
        return Error{folder.string() + " is not a folder of ours that nobody else can write to",
                     "Set XDG_CACHE_HOME to another one."};
    return folder;
}

// What a file is known by without reading it.
Result<std::string> identity_of(const fs::path& bundle) {
    struct stat status;
    if (stat(bundle.c_str(), &status) != 0) return Error{bundle.string() + ": no such file", "Is the path right?"};
    const uint64_t parts[] = {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size),
                              static_cast<uint64_t>(status.st_mtim.tv_sec),
                              static_cast<uint64_t>(status.st_mtim.tv_nsec)};
    return hex_to_text(prof_checksum(parts, sizeof(parts))).substr(2);
}

void remove_unread(const fs::path& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const auto last_read = entry.last_write_time(error);
        if (!error && fs::file_time_type::clock::now() - last_read > kept_unread) fs::remove_all(entry.path(), error);
    }
}

}  // namespace

bool is_bundle(const fs::path& file) { return is_compressed(file); }

Result<void> unpack_into(const fs::path& bundle, const fs::path& folder) {
    auto reader = CompressedReader::open(bundle);
    if (!reader) return reader.error();
    return Unpacker(bundle, *std::move(reader), folder).run();
}

Result<fs::path> unpacked(const fs::path& bundle) {
    const auto folder = folder_of_bundles();
    if (!folder) return folder.error();
    const auto identity = identity_of(bundle);
    if (!identity) return identity.error();
    const fs::path place = *folder / *identity;
    std::error_code error;
    if (!fs::exists(place / snapshot_member, error)) {
        remove_unread(*folder);
        const fs::path temporary = place.string() + "." + std::to_string(getpid()) + ".new";
        fs::remove_all(temporary, error);
        mkdir(temporary.c_str(), 0700);
        const auto done = unpack_into(bundle, temporary);
        if (done) fs::rename(temporary, place, error);  // fails when another process was faster
        fs::remove_all(temporary, error);
        if (!done) return done.error();
    }
    fs::last_write_time(place, fs::file_time_type::clock::now(), error);
    return place / snapshot_member;
}

}  // namespace heapkit::bundle
