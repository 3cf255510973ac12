// SPDX-License-Identifier: MIT
//
// heapkit snapshot: ask a recorded process for a snapshot.
//
// Side: our process, cli. How: request.h.
#include <fmt/format.h>
#include <charconv>
#include <filesystem>

#include "commands.h"
#include "console.h"
#include "request.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_timeout_s = 90;

Result<pid_t> pid_of(const std::string& text) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error == std::errc() && end == text.data() + text.size() && pid > 0) return pid;
    return Error{fmt::format("'{}' is not the number of a process", text), "Find it with: pgrep PROGRAM"};
}

// Of a process in a container: symbols and types come from its files, which are there while it lives.
std::vector<std::string> next_steps_elsewhere(pid_t pid, const std::filesystem::path& path) {
    const std::string bundle = shell_quoted(path.filename().replace_extension(".bundle").string());
    return {fmt::format("heapkit bundle {} --root /proc/{}/root -o {}", shell_quoted(path.string()), pid, bundle)};
}

std::vector<std::string> next_steps(const std::filesystem::path& path) {
    const std::string file = shell_quoted(path.string());
    return {fmt::format("heapkit stats {}", file), fmt::format("heapkit types {}", file),
            fmt::format("heapdiff EARLIER {}", file)};
}

Result<int> run(const Typed& typed, Console& console) {
    const auto pid = pid_of(typed.arguments()[0]);
    if (!pid) return pid.error();
    RequestOptions options;
    options.output = typed.text("output");
    options.timeout = std::chrono::seconds(typed.number("timeout", usual_timeout_s));
    options.force = typed.has("force");
    options.all_registers = typed.text("registers") == "all";
    options.hashes = typed.has("hashes");
    const auto path = request_snapshot(*pid, options);
    if (!path) return path.error();
    Report report;
    report.command = "snapshot";
    report.heading = {fmt::format("Snapshot of process {} written to {}", *pid, path->string())};
    report.next = has_own_files(*pid) ? next_steps_elsewhere(*pid, *path) : next_steps(*path);
    console.print(render::to_text(report, console.text_options()));
    return exit_fine;
}

}  // namespace

Command snapshot_command() {
    using Kind = Option::Kind;
    return {.name = "snapshot",
            .summary = "Take a snapshot of a recorded process while it runs",
            .description =
                "Asks a process that heapkit run started, or that has libprof preloaded or linked, for a snapshot, and "
                "waits until it is whole. The process stands still for a moment, then runs on while a copy of it "
                "writes.",
            .arguments = {{"PID", "The process."}},
            .options = {{.names = "-o,--output",
                         .kind = Kind::file,
                         .value = "FILE",
                         .help = "Write the snapshot to FILE.",
                         .fallback = "PROGRAM.PID.N.heap where the process writes its snapshots"},
                        {.names = "--registers",
                         .kind = Kind::choice,
                         .value = "WHOSE",
                         .help = "all: stop also threads that wait in the kernel, to know their registers. A system "
                                 "call that one of them waits in then fails with EINTR.",
                         .choices = {"all", "default"},
                         .fallback = "default: as the process was started, with heapkit run --registers"},
                        {.names = "--hashes",
                         .help = "Keep a keyed hash of each block's contents, so that heapkit waste finds duplicates. "
                                 "No contents are kept, and no key."},
                        {.names = "--timeout",
                         .kind = Kind::number,
                         .value = "SECONDS",
                         .help = "Wait no longer than that.",
                         .fallback = "90"},
                        {.names = "--force", .help = "Ask also a process that is under a seccomp filter."}},
            .examples = {{"heapkit snapshot 4242", "one snapshot"},
                         {"heapkit snapshot 4242 -o before.heap", "under a name of your own"},
                         {"heapkit snapshot 4242 --registers all", "leave no doubt about what sleeping threads hold"}},
            .next = {"stats", "diff"},
            .run = run};
}

}  // namespace heapkit::cli
