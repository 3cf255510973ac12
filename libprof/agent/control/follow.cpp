// SPDX-License-Identifier: MIT
//
// Following exec, or not. Side: agent, floor 4 (control). See follow.h.
#include "control/follow.h"

#include <link.h>

#include "base/arena.h"
#include "base/text.h"

namespace prof::follow {

namespace {

constexpr const char preload[] = "LD_PRELOAD=";
constexpr const char options[] = "PROF=";

bool is_on = false;
const char* own_path = "";          // as LD_PRELOAD named us
const char* own_options = nullptr;  // "PROF=…", or null

bool ends_entry(char c) noexcept { return c == '\0' || c == ':' || c == ' '; }

// By the file's name: LD_PRELOAD may name us without a folder.
bool is_us(const char* entry, size_t bytes) noexcept {
    const char* name = base_name(own_path);
    const size_t name_bytes = __builtin_strlen(name);
    return name_bytes > 0 && bytes >= name_bytes &&
           __builtin_memcmp(entry + bytes - name_bytes, name, name_bytes) == 0 &&
           (bytes == name_bytes || entry[bytes - name_bytes - 1] == '/');
}

// Where we stand in the value of LD_PRELOAD; null: nowhere.
char* find_us(char* value, size_t& bytes) noexcept {
    for (char* at = value; *at != '\0';) {
        for (bytes = 0; !ends_entry(at[bytes]);) ++bytes;
        if (is_us(at, bytes)) return at;
        at += bytes;
        if (*at != '\0') ++at;
    }
    return nullptr;
}

int note_own_path(dl_phdr_info* info, size_t, void*) {
    const auto here = reinterpret_cast<uintptr_t>(&note_own_path);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info->dlpi_phdr[i];
        if (part.p_type != PT_LOAD || here - (info->dlpi_addr + part.p_vaddr) >= part.p_memsz) continue;
        own_path = info->dlpi_name;
        return 1;
    }
    return 0;
}

char** find(char* const* environment, const char* start) noexcept {
    for (char* const* entry = environment; entry != nullptr && *entry != nullptr; ++entry)
        if (starts_with(*entry, start)) return const_cast<char**>(entry);
    return nullptr;
}

// The entries behind move up. The kernel's own vector follows after the last one: what is left over is null, which
// reads as an empty one for whoever looks for it there; libc has remembered where it is.
void remove(char** entry) noexcept {
    for (; *entry != nullptr; ++entry) entry[0] = entry[1];
}

const char* copy(const char* text) noexcept {
    const size_t bytes = __builtin_strlen(text) + 1;
    auto* made = static_cast<char*>(arena::take(bytes));
    if (made != nullptr) __builtin_memcpy(made, text, bytes);
    return made;
}

void take_us_out(char** environment) noexcept {
    char** entry = find(environment, preload);
    if (entry == nullptr) return;
    char* value = *entry + sizeof preload - 1;
    size_t bytes = 0;
    char* us = find_us(value, bytes);
    if (us == nullptr) return;
    char* rest = us + bytes;
    if (*rest != '\0') {
        ++rest;
    } else if (us != value) {
        --us;
    }
    for (char* to = us;; ++to, ++rest) {
        *to = *rest;
        if (*rest == '\0') break;
    }
    if (*value == '\0') remove(entry);
    if (char** ours = find(environment, options)) remove(ours);
}

bool has_us(char* const* given) noexcept {
    char** entry = find(given, preload);
    size_t bytes = 0;
    return entry != nullptr && find_us(*entry + sizeof preload - 1, bytes) != nullptr;
}

char* put(char* to, const char* text) noexcept {
    while (*text != '\0') *to++ = *text++;
    return to;
}

}  // namespace

void start(char** environment, bool follows) noexcept {
    dl_iterate_phdr(note_own_path, nullptr);
    if (!follows) return take_us_out(environment);
    char** ours = find(environment, options);
    own_options = ours == nullptr ? nullptr : copy(*ours);
    own_path = copy(own_path);
    is_on = own_path != nullptr;
}

Room room_for(char* const* given) noexcept {
    if (!is_on || (has_us(given) && (own_options == nullptr || find(given, options) != nullptr))) return {};
    size_t entries = 3;  // LD_PRELOAD, PROF, null
    for (char* const* entry = given; entry != nullptr && *entry != nullptr; ++entry) ++entries;
    char** theirs = find(given, preload);
    return {
        .entries = entries,
        .bytes = sizeof preload + __builtin_strlen(own_path) + 1 + (theirs == nullptr ? 0 : __builtin_strlen(*theirs))};
}

char** fill(char* const* given, char** entries, char* text) noexcept {
    char** to = entries;
    char** theirs = has_us(given) ? nullptr : find(given, preload);
    for (char* const* entry = given; entry != nullptr && *entry != nullptr; ++entry)
        if (entry != theirs) *to++ = *entry;
    if (!has_us(given)) {
        *to++ = text;
        text = put(put(text, preload), own_path);
        if (theirs != nullptr) {
            *text++ = ':';
            text = put(text, *theirs + sizeof preload - 1);
        }
        *text = '\0';
    }
    if (own_options != nullptr && find(given, options) == nullptr) *to++ = const_cast<char*>(own_options);
    *to = nullptr;
    return entries;
}

}  // namespace prof::follow
