// SPDX-License-Identifier: MIT
//
// The table of options. Side: agent, floor 4 (control). See options.h.
#include "control/options.h"

#include <asm/unistd.h>
#include <signal.h>

#include <prof/control.h>

#include "base/log.h"
#include "base/syscalls.h"
#include "control/amounts.h"
#include "record/sampler.h"

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

bool parse_interval(const char* value, Options& options) noexcept {
    options.triggers.interval_ms = 0;
    if (same_text(value, "off")) return true;
    uint64_t wanted = 0;
    if (!parse_milliseconds(value, wanted) || wanted < Triggers::shortest_interval_ms) return false;
    options.triggers.interval_ms = wanted;
    return true;
}

bool parse_growth(const char* value, Options& options) noexcept {
    Triggers& triggers = options.triggers;
    triggers.growth_percent = 0, triggers.growth_bytes = 0;
    if (same_text(value, "off") || parse_percent(value, triggers.growth_percent)) return true;
    return parse_bytes(value, triggers.growth_bytes) && triggers.growth_bytes > 0;
}

bool parse_peak(const char* value, Options& options) noexcept {
    options.triggers.peak_percent = same_text(value, "on") ? Triggers::usual_peak_percent : 0;
    return same_text(value, "on") || same_text(value, "off") || parse_percent(value, options.triggers.peak_percent);
}

bool parse_keep(const char* value, Options& options) noexcept {
    return parse_number(value, kept::keep_at_most, options.limits.keep) && options.limits.keep > 0;
}

bool parse_disk(const char* value, Options& options) noexcept {
    options.limits.disk_bytes = 0;
    if (same_text(value, "off")) return true;
    return parse_bytes(value, options.limits.disk_bytes) && options.limits.disk_bytes > 0;
}

bool parse_memory(const char* value, Options& options) noexcept {
    options.forces_memory = same_text(value, "force");
    return options.forces_memory || same_text(value, "check");
}

bool parse_sample(const char* value, Options& options) noexcept {
    options.sample_bytes = 0;
    if (same_text(value, "off")) return true;
    uint64_t wanted = 0;
    if (!parse_bytes(value, wanted) || wanted == 0 || wanted > sampler::most_mean_bytes) return false;
    options.sample_bytes = wanted;
    return true;
}

bool parse_seed(const char* value, Options& options) noexcept {
    uint32_t seed = 0;
    const bool is_random = same_text(value, "random");
    const bool is_valid = is_random || (parse_number(value, UINT32_MAX, seed) && seed > 0);
    options.sample_seed = seed;
    return is_valid;
}

bool parse_unwind(const char* value, Options& options) noexcept {
    options.walks_with_libunwind = same_text(value, "libunwind");
    return options.walks_with_libunwind || same_text(value, "own");
}

struct Row {
    const char* name;
    const char* fallback;
    bool (*parse)(const char* value, Options& options);
    const char* help;
};

constexpr Row table[] = {
    {"out", ".", [](const char* v, Options& o) { return make_absolute(v, o.folder); }, "FOLDER where snapshots go"},
    {"exit", "on", [](const char* v, Options& o) { return parse_switch(v, o.snapshot_at_exit); },
     "on|off: a snapshot when the program ends"},
    {"forks", "off", [](const char* v, Options& o) { return parse_switch(v, o.forks_too); },
     "on|off: also when a forked child ends that allocated"},
    {"contents", "words", parse_contents, "words|none: pointers and small integers of each block, or none of it"},
    {"hashes", "off", [](const char* v, Options& o) { return parse_switch(v, o.hashes); },
     "on|off: a keyed hash of each block's contents, to find equal ones; the key is kept nowhere"},
    {"signal", "62", parse_signal, "NUMBER|off: the signal that asks for a snapshot"},
    {"registers", "running", parse_registers,
     "running|all: all also stops threads that wait in the kernel; their system calls say EINTR"},
    {"interval", "off", parse_interval, "SECONDS|off: a snapshot every so often; also 500ms"},
    {"growth", "off", parse_growth,
     "PERCENT%|BYTES|off: a snapshot when so much more is live than at the last one; 50%, 64MiB"},
    {"peak", "off", parse_peak, "on|PERCENT%|off: a snapshot at a peak so far above that of the last one; on is 10%"},
    {"keep", "10", parse_keep,
     "N: of the snapshots that interval, growth and peak took, only the last stay; 1 to 1000"},
    {"disk", "off", parse_disk, "BYTES|off: what all snapshots of this process may take on the disk; 2GiB"},
    {"memory", "check", parse_memory,
     "check|force: a snapshot also when the copy may pass the memory limit of the cgroup"},
    {"deadline", "60", [](const char* v, Options& o) { return parse_number(v, 3600, o.deadline_seconds); },
     "SECONDS that a snapshot may take to look into blocks"},
    {"unwind", "own", parse_unwind,
     "own|libunwind: who walks call stacks; libunwind is far slower, and serves to compare"},
    {"shared", "", [](const char* v, Options& o) { return o.shared_memory.clear(), o.shared_memory.add(v).is_whole(); },
     "PATH of memory that outlives the program; heapkit run sets it"},
    {"unseen", "", [](const char* v, Options& o) { return o.unseen.clear(), o.unseen.add(v).is_whole(); },
     "PATH of an executable with an allocator that passes the recorder by; heapkit run sets it"},
    {"follow", "off", [](const char* v, Options& o) { return parse_switch(v, o.follows_exec); },
     "on|off: whether programs that are started by exec are recorded too"},
    {"record", "on", [](const char* v, Options& o) { return parse_switch(v, o.record); },
     "on|off: whether recording begins at once"},
    {"sample", "off", parse_sample,
     "BYTES|off: records a sample, a block in so many bytes: stacks, types and growth, not who holds what; 512K"},
    {"seed", "random", parse_seed, "NUMBER|random: which sample it is; for tests"},
    {"python", "on", [](const char* v, Options& o) { return parse_switch(v, o.python); },
     "on|off: the objects of CPython in snapshots, and the blocks that its own allocator hands out"},
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
