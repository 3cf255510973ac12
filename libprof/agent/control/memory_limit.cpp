// SPDX-License-Identifier: MIT
//
// The limit. Side: agent, floor 4 (control). See memory_limit.h.
#include "control/memory_limit.h"

#include <errno.h>
#include <fcntl.h>

#include "base/syscalls.h"

namespace prof::memory_limit {

namespace {

constexpr int levels_at_most = 32;
constexpr uint64_t no_limit = uint64_t{1} << 60;  // v1 says "none" as the highest page-aligned number

// Not on the stack, which may be a small one for signals.
char buffer[8192];
constinit Path own, file;

struct Version {
    const char* mounts[2];  // where the hierarchy may be
    const char *limit, *used, *inactive;
};
constexpr Version versions[] = {
    {{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}, "/memory.max", "/memory.current", "inactive_file "},
    {{"/sys/fs/cgroup/memory", ""}, "/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file "},
};

const char* path_of(const char* a, const char* b) noexcept {
    file.clear();
    return file.add(a).add(b).c_str();
}

// The file's text up to the size of the buffer; false when it cannot be read.
bool read_file(const char* path) noexcept {
    const int fd = sys::open(path, O_RDONLY);
    if (fd < 0) return false;
    size_t used = 0;
    while (used + 1 < sizeof buffer) {
        const long got = sys::read(fd, buffer + used, sizeof buffer - 1 - used);
        if (got <= 0) break;
        used += static_cast<size_t>(got);
    }
    sys::close(fd);
    buffer[used] = '\0';
    return used > 0;
}

bool parse_number(const char* text, uint64_t& number) noexcept {
    while (*text == ' ' || *text == '\t') ++text;
    if (*text < '0' || *text > '9') return false;
    number = 0;
    for (; *text >= '0' && *text <= '9'; ++text) {
        if (number > no_limit) return number = no_limit, true;
        number = number * 10 + static_cast<uint64_t>(*text - '0');
    }
    return true;
}

// One level of a hierarchy: the first `length` bytes of our own path under a mount.
struct Level {
    const char *root, *mount;
    size_t length;
};

bool read_at(const Level& level, const char* name) noexcept {
    file.clear();
    file.add(level.root).add(level.mount);
    for (size_t i = 0; i < level.length; ++i) file.add(own.c_str()[i]);
    return read_file(file.add(name).c_str());
}

bool read_number(const Level& level, const char* name, uint64_t& number) noexcept {
    return read_at(level, name) && parse_number(buffer, number);
}

const char* next_line(const char* text) noexcept {
    while (*text != '\0' && *text != '\n') ++text;
    return *text == '\n' ? text + 1 : nullptr;
}

// The number behind `name` at the beginning of a line of the buffer, or 0.
uint64_t number_of_line(const char* name) noexcept {
    uint64_t number = 0;
    for (const char* line = buffer; line != nullptr; line = next_line(line)) {
        if (starts_with(line, name) && parse_number(line + __builtin_strlen(name), number)) return number;
    }
    return 0;
}

// "5:cpu,memory:/a/b" has the v1 controller memory, "0::/a/b" is v2.
bool is_line_of(const char* line, bool is_v2) noexcept {
    while (*line != '\0' && *line != ':' && *line != '\n') ++line;
    if (*line != ':') return false;
    if (*++line == ':') return is_v2;
    while (*line != ':' && *line != '\n' && *line != '\0') {
        if (!is_v2 && starts_with(line, "memory") && (line[6] == ':' || line[6] == ',')) return true;
        while (*line != ',' && *line != ':' && *line != '\n' && *line != '\0') ++line;
        if (*line == ',') ++line;
    }
    return false;
}

// The process's path in the hierarchy, into `own`; "" when it is in none.
void find_own_path(const char* root, bool is_v2) noexcept {
    own.clear();
    if (!read_file(path_of(root, "/proc/self/cgroup"))) return;
    for (const char* line = buffer; line != nullptr; line = next_line(line)) {
        if (!is_line_of(line, is_v2)) continue;
        for (int colons = 0; colons < 2 && *line != '\0' && *line != '\n'; ++line) colons += *line == ':';
        for (; *line != '\0' && *line != '\n'; ++line) own.add(*line);
        return;
    }
}

void narrow(const Level& level, const Version& version, Room& room) noexcept {
    uint64_t limit = 0, used = 0;
    if (!read_number(level, version.limit, limit) || limit >= no_limit) return;
    if (!read_number(level, version.used, used)) return;
    uint64_t inactive = 0;
    if (read_at(level, "/memory.stat")) inactive = number_of_line(version.inactive);
    used -= inactive < used ? inactive : used;
    const uint64_t left = limit > used ? limit - used : 0;
    if (room.limit_bytes == 0 || left < room.left_bytes) room = {.limit_bytes = limit, .left_bytes = left};
}

void walk_up(Level level, const Version& version, Room& room) noexcept {
    for (int i = 0; i < levels_at_most; ++i) {
        narrow(level, version, room);
        if (level.length == 0) return;
        while (level.length > 0 && own.c_str()[--level.length] != '/') continue;
    }
}

}  // namespace

Room room(const char* root) noexcept {
    Room room;
    for (const Version& version : versions) {
        find_own_path(root, &version == &versions[0]);
        if (own.length() == 0) continue;
        for (const char* mount : version.mounts) {
            if (*mount != '\0') walk_up({.root = root, .mount = mount, .length = own.length()}, version, room);
        }
    }
    return room;
}

uint64_t anonymous_bytes(const char* root) noexcept {
    if (!read_file(path_of(root, "/proc/self/status"))) return 0;
    return number_of_line("RssAnon:") << 10;
}

int admit(const char* root, Text<200>& why) noexcept {
    const Room there = room(root);
    if (there.limit_bytes == 0) return 0;
    const uint64_t needed = anonymous_bytes(root) / 100 * worst_percent;
    if (needed <= there.left_bytes) return 0;
    why.add("the copy may need ").add_number(needed >> 20).add(" MiB, and the cgroup has ");
    why.add_number(there.left_bytes >> 20).add(" of ").add_number(there.limit_bytes >> 20);
    why.add(" MiB left; PROF=memory=force takes it all the same");
    return ENOMEM;
}

}  // namespace prof::memory_limit
