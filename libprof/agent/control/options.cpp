// SPDX-License-Identifier: MIT
//
// The table of options. Side: agent, floor 4 (control). See options.h.
#include "control/options.h"

#include <asm/unistd.h>
#include <signal.h>

#include <prof/control.h>

#include "base/log.h"
#include "base/syscalls.h"

namespace prof {

namespace {

constexpr uint32_t highest_signal = 64;

bool parse_switch(const char* value, bool& on) noexcept {
    on = same_text(value, "on");
    return on || same_text(value, "off");
}

bool parse_number(const char* value, uint32_t most, uint32_t& number) noexcept {
    uint64_t sum = 0;
    if (*value == '\0') return false;
    for (; *value >= '0' && *value <= '9' && sum <= most; ++value) sum = sum * 10 + static_cast<uint64_t>(*value - '0');
    number = static_cast<uint32_t>(sum);
    return *value == '\0' && sum <= most;
}

// The program may change its working directory later.
bool make_absolute(const char* path, Path& absolute) noexcept {
    absolute.clear();
    if (*path != '/') {
        char folder[1024];
        if (sys::call(__NR_getcwd, reinterpret_cast<long>(folder), sizeof folder) <= 0) return false;
        absolute.add(folder);
        if (same_text(path, ".") || *path == '\0') return absolute.is_whole();
        absolute.add('/');
    }
    return absolute.add(path).is_whole();
}

bool parse_contents(const char* value, Options& options) noexcept {
    options.contents = same_text(value, "none") ? PROF_CONTENTS_NONE : PROF_CONTENTS_WORDS;
    return same_text(value, "none") || same_text(value, "words");
}

bool parse_signal(const char* value, Options& options) noexcept {
    options.signal_number = 0;
    return same_text(value, "off") || parse_number(value, highest_signal, options.signal_number);
}

bool parse_registers(const char* value, Options& options) noexcept {
    options.stops_all = same_text(value, "all");
    return options.stops_all || same_text(value, "running");
}

struct Row {
    const char* name;
    const char* fallback;
    bool (*parse)(const char* value, Options& options);
    const char* help;
};

constexpr Row table[] = {
    {"out", ".", [](const char* v, Options& o) { return make_absolute(v, o.folder); },
     "FOLDER where snapshots go"},
    {"exit", "on", [](const char* v, Options& o) { return parse_switch(v, o.snapshot_at_exit); },
     "on|off: a snapshot when the program ends"},
    {"forks", "off", [](const char* v, Options& o) { return parse_switch(v, o.forks_too); },
     "on|off: also when a forked child ends that allocated"},
    {"contents", "words", parse_contents,
     "words|none: pointers and small integers of each block, or none of it"},
    {"signal", "62", parse_signal,
     "NUMBER|off: the signal that asks for a snapshot"},
    {"registers", "running", parse_registers,
     "running|all: all also stops threads that wait in the kernel; their system calls say EINTR"},
    {"deadline", "60", [](const char* v, Options& o) { return parse_number(v, 3600, o.deadline_seconds); },
     "SECONDS that a snapshot may take to look into blocks"},
    {"record", "on", [](const char* v, Options& o) { return parse_switch(v, o.record); },
     "on|off: whether recording begins at once"},
    {"quiet", "off", [](const char* v, Options& o) { return parse_switch(*v == '\0' ? "on" : v, o.quiet); },
     "on|off: nothing on standard error"},
};

void say_names(const char* wrong) noexcept {
    Text<256> names;
    for (const Row& row : table) names.add(row.name == table[0].name ? "" : ", ").add(row.name);
    log_line("PROF: ", wrong, "; options are ", names.c_str());
}

void say_help() noexcept {
    for (const Row& row : table) log_line("PROF: ", row.name, "=", row.help, "; default ", row.fallback);
}

const Row* find_row(const char* name) noexcept {
    for (const Row& row : table) {
        if (same_text(row.name, name)) return &row;
    }
    return nullptr;
}

void set(const char* name, const char* value, Options& options) noexcept {
    if (same_text(name, "help")) return say_help();
    const Row* row = find_row(name);
    Text<192> wrong;
    if (row == nullptr) {
        say_names(wrong.add("no option \"").add(name).add('"').c_str());
        return;
    }
    if (row->parse(value, options)) return;
    row->parse(row->fallback, options);
    log_line("PROF: ", name, "=", value, " is not valid: ", row->help);
}

}  // namespace

// A comma ends an option; one that belongs to a value has a backslash before it.
void parse_options(const char* text, Options& options) noexcept {
    for (const Row& row : table) row.parse(row.fallback, options);
    if (text == nullptr) return;
    while (*text != '\0') {
        Text<32> name;
        Path value;
        for (; *text != '\0' && *text != '=' && *text != ','; ++text) name.add(*text);
        if (*text == '=') ++text;
        for (; *text != '\0' && *text != ','; ++text) {
            if (text[0] == '\\' && text[1] == ',') ++text;
            value.add(*text);
        }
        if (*text == ',') ++text;
        if (name.length() > 0) set(name.c_str(), value.c_str(), options);
    }
    set_quiet(options.quiet);
}

const char* variable(char** environment, const char* name) noexcept {
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const char* entry = *environment;
        if (starts_with(entry, name) && entry[__builtin_strlen(name)] == '=') return entry + __builtin_strlen(name) + 1;
    }
    return nullptr;
}

}  // namespace prof
