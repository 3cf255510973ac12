// SPDX-License-Identifier: MIT
//
// Writes the snapshots that screens.py and behaviour.py ask about: cli_fixtures FOLDER.
//
// Side: tests.
//
//   1.heap 2.heap 3.heap   one run of "docserver": sessions pile up, a cache comes and goes
//   rerun.heap             the same program, another run, with losses
//   other.heap             another program
//   evil.heap              names that are markup and escape sequences
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "places.h"
#include "snapshot_writer.h"

namespace {

using namespace heapkit;
using namespace heapkit::tests;

constexpr uint64_t noon_unix_ns = 1'740'830'400'000'000'000;  // 2025-03-01 12:00:00 UTC
constexpr uint64_t minute_ns = 60'000'000'000;

constexpr size_t first_sessions = 1000;

struct Contents {
    const char* program = "docserver";
    uint64_t run_id = 1;
    uint32_t number = 1;
    size_t sessions = 0, cached = 1;
};

SnapshotWriter heap_of(const Contents& contents) {
    SnapshotWriter writer{contents.program};
    writer.module_of(reinterpret_cast<const void*>(places::load()));
    const uint64_t elapsed_ns = contents.number * minute_ns;
    writer.process.run_id = contents.run_id;
    writer.process.pid = 4242;
    writer.process.parent_pid = 4000;
    writer.process.snapshot_number = contents.number;
    writer.process.reason = PROF_REASON_REQUEST;
    writer.process.start_unix_ns = noon_unix_ns;
    writer.process.snapshot_unix_ns = noon_unix_ns + elapsed_ns;
    writer.process.elapsed_ns = elapsed_ns;
    writer.process.pause_ns = 350'000;
    writer.process.own_bytes = 2 << 20;
    writer.process.executable = writer.string(std::string("/usr/bin/") + contents.program);
    const StackId read = writer.stack({places::read(), places::load()});
    const StackId insert = writer.stack({places::allocate(), places::insert(), places::load()});
    // Each snapshot is one tick after the one before; what the first has not is born later, and elsewhere.
    for (uint32_t tick = 0; tick <= contents.number; ++tick) writer.tick(tick * minute_ns, tick << 20);
    const size_t survivors = std::min(contents.sessions, first_sessions);
    writer.blocks(survivors, {.size_bytes = 240, .stack = read});
    writer.blocks(contents.sessions - survivors, {.size_bytes = 240, .stack = read, .birth = 1});
    writer.block({.address = 0x7f0000000000, .size_bytes = 4096, .stack = insert, .birth = contents.number - 1});
    writer.blocks(contents.cached - 1, {.size_bytes = 4096, .stack = insert, .birth = contents.number - 1});
    writer.freed(insert, 10'000, 40'960'000);
    writer.counters(insert).temporary_blocks = 9000;
    return writer;
}

void write_evil(const std::filesystem::path& path) {
    SnapshotWriter writer{"<script>alert(1)</script>\x1b[2J"};
    writer.module({.path = "/tmp/<script>alert(2)</script>\x1b]0;owned\a", .flags = PROF_MODULE_EXECUTABLE});
    writer.process.snapshot_unix_ns = noon_unix_ns;
    writer.blocks(3, {.size_bytes = 100, .stack = writer.stack({0x401020, 0x401100})});
    writer.write(path);
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return std::fputs("usage: cli_fixtures FOLDER\n", stderr), 2;
    const std::filesystem::path folder = words[1];
    heap_of({.number = 1, .sessions = 1000, .cached = 50}).write(folder / "1.heap");
    heap_of({.number = 2, .sessions = 2200, .cached = 10}).write(folder / "2.heap");
    heap_of({.number = 3, .sessions = 3500, .cached = 20}).write(folder / "3.heap");
    SnapshotWriter rerun = heap_of({.run_id = 2, .number = 1, .sessions = 900, .cached = 50});
    rerun.lost(PROF_LOSS_NO_MEMORY, 12);
    rerun.lost(PROF_LOSS_STACK_INCOMPLETE, 1);
    rerun.write(folder / "rerun.heap");
    heap_of({.program = "other", .run_id = 3}).write(folder / "other.heap");
    write_evil(folder / "evil.heap");
    return 0;
}
