// SPDX-License-Identifier: MIT
//
// The facts of one snapshot.
//
// Side: heap, floor 7 (analyze).
#include "analyze/info.h"

#include <fmt/format.h>
#include <algorithm>

#include "analyze/python_facts.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

std::string reason_text(uint32_t reason) {
    switch (reason) {
        case PROF_REASON_API:
            return "asked for by the program itself";
        case PROF_REASON_EXIT:
            return "taken as the program ended";
        case PROF_REASON_REQUEST:
            return "asked for by heapkit snapshot";
        case PROF_REASON_SIGNAL:
            return "asked for by a signal";
        case PROF_REASON_INTERVAL:
            return "taken at its time, by interval";
        case PROF_REASON_GROWTH:
            return "taken because the heap had grown";
        case PROF_REASON_PEAK:
            return "taken at a new peak";
        case PROF_REASON_SUDDEN:
            return "what was left of a process that died suddenly";
        default:
            return "reason unknown to this version";
    }
}

std::string count(uint64_t number) { return count_to_text(static_cast<int64_t>(number)); }
std::string moment(uint64_t unix_ns) { return date_and_clock_to_text(static_cast<int64_t>(unix_ns)); }
std::string duration(uint64_t nanoseconds) { return duration_to_text(static_cast<double>(nanoseconds)); }

std::string hex(const prof_module& module) {
    std::string text;
    const size_t bytes = std::min<size_t>(module.build_id_bytes, PROF_BUILD_ID_BYTES);
    for (size_t index = 0; index < bytes; ++index) text += fmt::format("{:02x}", module.build_id[index]);
    return text;
}

std::string symbols_text(const symbols::ModuleSymbols& symbols) {
    using Source = symbols::ModuleSymbols::Source;
    switch (symbols.source) {
        case Source::debug_information:
            return "functions and lines";
        case Source::symbol_table:
            return "functions";
        case Source::dynamic_symbols:
            return "exported functions";
        case Source::none:
            break;
    }
    return "none";
}

// Modules by whether a program counter of any stack lies in them.
std::vector<bool> modules_in_stacks(const read::Snapshot& snapshot) {
    const auto modules = snapshot.modules();
    std::vector<bool> occurs(modules.size());
    for (const uint64_t node : snapshot.node_pc()) {
        if (read::is_tag(node)) continue;
        const uint64_t pc = node & ((uint64_t{1} << 48) - 1);
        for (size_t index = 0; index < modules.size(); ++index) {
            if (modules[index].start <= pc && pc < modules[index].end) occurs[index] = true;
        }
    }
    return occurs;
}

std::string peak_text(const prof_process& process) {
    std::string text = fmt::format("{} in {} blocks", size_to_text(process.peak_bytes), count(process.peak_blocks));
    if (process.peak_error_bytes > 0) text += fmt::format(", or up to {} more", size_to_text(process.peak_error_bytes));
    return text;
}

std::string temporary_text(const prof_process& process) {
    const auto all = static_cast<double>(std::max<uint64_t>(process.allocated_blocks, 1));
    return fmt::format("{} blocks ({}), freed as the next thing that their thread did", count(process.temporary_blocks),
                       percent_to_text(100.0 * static_cast<double>(process.temporary_blocks) / all));
}

}  // namespace

Table process_facts(const Heap& heap) {
    const read::Snapshot& snapshot = heap.snapshot();
    const prof_process& process = snapshot.process();
    Table table{.title = "Process", .key = "facts", .layout = Table::Layout::facts};
    table.columns = {{.name = "key", .key = "key", .is_for_json = true},
                     {.name = "value", .key = "value", .is_for_json = true},
                     {.name = "what", .key = "what"},
                     {.name = "is", .key = "text"}};
    const auto say = [&](const char* key, uint64_t value, const char* what, std::string text) {
        table.rows.push_back({std::string(key), static_cast<int64_t>(value), std::string(what), std::move(text)});
    };
    say("pid", process.pid, "process",
        fmt::format("{}, child of {}, {} alive", process.pid, process.parent_pid,
                    process.thread_count == 1 ? "one thread" : fmt::format("{} threads", process.thread_count)));
    say("number", process.snapshot_number, "snapshot",
        fmt::format("number {}, {}", process.snapshot_number, reason_text(process.reason)));
    say("elapsed_ns", process.elapsed_ns, "recorded",
        fmt::format("for {}, since {}", duration(process.elapsed_ns), moment(process.start_unix_ns)));
    say("pause_ns", process.pause_ns, "pause", fmt::format("{}, the program stood still", duration(process.pause_ns)));
    say("live_bytes", process.live_bytes, "live",
        fmt::format("{} in {} blocks", size_to_text(process.live_bytes), count(process.live_blocks)));
    say("peak_bytes", process.peak_bytes, "peak", peak_text(process));
    say("allocated_bytes", process.allocated_bytes, "ever",
        fmt::format("{} in {} blocks", size_to_text(process.allocated_bytes), count(process.allocated_blocks)));
    say("temporary_blocks", process.temporary_blocks, "temporary", temporary_text(process));
    const size_t declared = snapshot.declared_types().size(), domains = snapshot.domains().size();
    if (declared > 1 || domains > 1)  // row 0 of each is none
        say("declared_types", declared == 0 ? 0 : declared - 1, "declared",
            fmt::format("{} types, {} domains", count(declared == 0 ? 0 : declared - 1),
                        count(domains == 0 ? 0 : domains - 1)));
    if (const std::string python = python_text(heap); !python.empty())
        say("python_objects", heap.python().python().objects.size(), "Python", python);
    say("stacks", snapshot.stacks().size(), "stacks",
        fmt::format("{}, made of {} frames", count(snapshot.stacks().size()), count(snapshot.node_pc().size())));
    say("own_bytes", process.own_bytes, "own memory",
        fmt::format("{}, not part of the figures above", size_to_text(process.own_bytes)));
    say("file_bytes", snapshot.file_bytes(), "file",
        fmt::format("{}, {}", size_to_text(snapshot.file_bytes()),
                    process.contents == PROF_CONTENTS_NONE ? "blocks and stacks, no words"
                                                           : "with pointers and small integers, no text"));
    table.rows.push_back({std::string("executable"), std::string(snapshot.string(process.executable)),
                          std::string("executable"), std::string(snapshot.string(process.executable))});
    table.rows.push_back({std::string("agent_version"), std::string(snapshot.string(process.agent_version)),
                          std::string("made by"),
                          fmt::format("libprof {} on glibc {}", snapshot.string(process.agent_version),
                                      snapshot.string(process.libc_version))});
    return table;
}

Table modules_table(const Heap& heap) {
    const auto modules = heap.snapshot().modules();
    const auto symbols = heap.frames().modules();
    const std::vector<bool> occurs = modules_in_stacks(heap.snapshot());
    Table table{.title = "Modules in stacks", .key = "modules", .layout = Table::Layout::columns};
    table.columns = {{.name = "module", .key = "path"},
                     {.name = "symbols", .key = "symbols"},
                     {.name = "from", .key = "debug_file"},
                     {.name = "problem", .key = "problem"},
                     {.name = "build-id", .key = "build_id", .is_for_json = true}};
    table.empty = "No module occurs in a stack.";
    for (size_t index = 0; index < modules.size(); ++index) {
        if (!occurs[index]) continue;
        std::string path(heap.snapshot().string(modules[index].path));
        if ((modules[index].flags & PROF_MODULE_VDSO) != 0) path = "[vdso]";
        const symbols::ModuleSymbols& known = symbols[index];
        table.rows.push_back(
            {std::move(path), symbols_text(known), known.debug_file, known.problem, hex(modules[index])});
    }
    return table;
}

Series live_over_time(const Heap& heap) {
    Series series{.title = "Live bytes since recording began", .key = "timeline"};
    series.names = {"live"};
    series.y.resize(1);
    for (const prof_tick& tick : heap.snapshot().timeline()) {
        series.x.push_back(static_cast<double>(tick.elapsed_ns));
        series.y[0].push_back(static_cast<double>(tick.live_bytes));
    }
    return series;
}

}  // namespace heapkit::analyze
