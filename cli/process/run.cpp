// SPDX-License-Identifier: MIT
//
// heapkit run, in order: check the program, find the agent, start, wait, say what was written. See run.h.
//
// Side: our process, cli.
#include "run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "base/units.h"
#include "process/agent.h"
#include "process/child.h"
#include "process/deaths.h"
#include "process/page.h"
#include "process/program.h"
#include "process/shared_memory.h"
#include "process/written.h"
#include "request.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

constexpr int code_error = 2;
constexpr size_t listed_at_most = 20;
constexpr uint32_t slots = 1024;  // processes at one time whose counters are shared

Ended refuse(int code, const std::string& what, const std::string& hint = {}) {
    fmt::print(stderr, "heapkit: {}\n", what);
    if (!hint.empty()) fmt::print(stderr, "{}\n", hint);
    return {.code = code, .snapshots = {}};
}

bool snapshot_before_end(pid_t pid) {
    RequestOptions options;
    options.is_cancelled = is_asked_again;
    const auto path = request_snapshot(pid, options);
    if (!path) fmt::print(stderr, "heapkit: no snapshot before the signal: {}\n", path.error().what);
    return static_cast<bool>(path);
}

void say_written(const std::vector<fs::path>& paths) {
    if (paths.empty()) return fmt::print(stderr, "heapkit: no snapshot was written\n");
    const size_t listed = std::min(paths.size(), listed_at_most);
    for (size_t i = paths.size() - listed; i < paths.size(); ++i)
        fmt::print(stderr, "heapkit: wrote {}\n", paths[i].string());
    if (listed < paths.size()) fmt::print(stderr, "heapkit: and {} more in the same folder\n", paths.size() - listed);
}

}  // namespace

Ended run_to_end(const RunOptions& options, const std::function<void(const Ended&)>& take) {
    if (options.command.empty())
        return refuse(code_error, "no program was named", "Usage: heapkit run -- PROGRAM ARGUMENTS");
    const Program program = find_program(options.command.front());
    if (program.file.empty()) return refuse(program.exit_code, program.problem);
    const auto agent = find_agent();
    if (!agent) return refuse(code_error, agent.error().what, agent.error().hint);
    std::error_code error;
    fs::create_directories(options.folder, error);
    if (error) return refuse(code_error, "cannot make the folder " + options.folder.string() + ": " + error.message());

    const auto memory = SharedMemory::make(slots);
    const Written written(options.folder);
    auto child = Child::start({.file = program.file,
                               .arguments = options.command,
                               .environment = environment_for(*agent, options, memory ? memory->path() : "")});
    if (!child) return refuse(program.exit_code == 0 ? 126 : program.exit_code, child.error().what, child.error().hint);
    const pid_t pid = child->pid();
    const fs::path folder = options.exit_snapshot ? options.folder : fs::path();
    Deaths deaths(memory, {.pid = pid, .folder = folder, .follows_exec = options.follow_exec});
    const auto before_end = [&](pid_t ending) {
        if (snapshot_before_end(ending)) deaths.expect();
    };
    const int code =
        child->wait(options.exit_snapshot ? std::function<void(pid_t)>(before_end) : std::function<void(pid_t)>(),
                    [&] { return deaths.look(child->is_told_to_end()); });
    drop_late_signals();
    remove_stale_pages();
    deaths.look_at_end({.code = code, .signal = child->end_signal(), .is_told = child->is_told_to_end()});
    const Ended ended{.code = code, .pid = pid, .snapshots = written.since()};
    if (take) take(ended);
    release_signals();
    return ended;
}

int run_program(const RunOptions& options) {
    const Ended ended = run_to_end(options);
    if (ended.pid != 0) say_written(ended.snapshots);
    return ended.code;
}

}  // namespace heapkit::cli
