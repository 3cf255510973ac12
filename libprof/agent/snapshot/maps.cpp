// SPDX-License-Identifier: MIT
//
// Reads /proc/self/maps. Side: agent, floor 3 (snapshot). See maps.h.
#include "snapshot/maps.h"

#include <fcntl.h>

#include "base/syscalls.h"
#include "base/text.h"

namespace prof::snapshot {

namespace {

constexpr size_t piece_bytes = 16 << 10;

bool read_file(const char* path, Growing<char>& text) noexcept {
    const int fd = sys::open(path, O_RDONLY);
    if (fd < 0) return false;
    char* piece = static_cast<char*>(arena::map(piece_bytes));
    long got = 0;
    while (piece != nullptr && (got = sys::read(fd, piece, piece_bytes)) > 0) {
        if (!text.append(piece, static_cast<size_t>(got))) break;
    }
    const bool is_whole = piece != nullptr && got == 0;
    if (piece != nullptr) arena::unmap(piece, piece_bytes);
    sys::close(fd);
    return is_whole && text.size() > 0;
}

uint64_t read_number(const char*& at, const char* end, unsigned base) noexcept {
    uint64_t value = 0;
    for (; at < end; ++at) {
        unsigned digit;
        if (*at >= '0' && *at <= '9') {
            digit = static_cast<unsigned>(*at - '0');
        } else if (*at >= 'a' && *at <= 'f') {
            digit = static_cast<unsigned>(*at - 'a') + 10;
        } else {
            break;
        }
        value = value * base + digit;
    }
    return value;
}

void skip_word(const char*& at, const char* end) noexcept {
    while (at < end && *at == ' ') ++at;
    while (at < end && *at != ' ') ++at;
}

// 7f0c00000000-7f0c00021000 rw-p 00000000 00:00 0      /path
prof_map parse_line(const char* at, const char* end, Strings& strings) noexcept {
    prof_map map{};
    map.start = read_number(at, end, 16);
    ++at;
    map.end = read_number(at, end, 16);
    ++at;
    for (; at < end && *at != ' '; ++at) {
        if (*at == 'r') map.permissions |= map_readable;
        if (*at == 'w') map.permissions |= map_writable;
        if (*at == 'x') map.permissions |= map_executable;
        if (*at == 's') map.permissions |= map_shared;
    }
    ++at;
    map.file_offset = read_number(at, end, 16);
    skip_word(at, end);  // device
    skip_word(at, end);  // inode
    while (at < end && *at == ' ') ++at;
    if (at < end) map.path = strings.add(at, static_cast<size_t>(end - at));
    return map;
}

}  // namespace

bool Maps::read(Strings& strings) noexcept {
    strings_ = &strings;
    Growing<char> text;
    if (!read_file("/proc/self/maps", text)) return false;
    const char* at = text.begin();
    for (const char* end = text.end(); at < end;) {
        const char* line_end = at;
        while (line_end < end && *line_end != '\n') ++line_end;
        if (!maps_.push(parse_line(at, line_end, strings))) return false;
        at = line_end + 1;
    }
    return true;
}

const prof_map* Maps::at(uintptr_t address) const noexcept {
    size_t low = 0, high = maps_.size();
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (maps_[middle].end <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < maps_.size() && maps_[low].start <= address ? &maps_[low] : nullptr;
}

bool Maps::is_ordinary(const prof_map& map) const noexcept {
    if ((map.permissions & (map_readable | map_shared)) != map_readable) return false;
    const char* name = path(map);
    return !starts_with(name, "/dev/") && !starts_with(name, "[v");
}

}  // namespace prof::snapshot
