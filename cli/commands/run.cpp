// SPDX-License-Identifier: MIT
//
// heapkit run: a program, recorded from its first allocation.
//
// Side: our process, cli. How: run.h.
#include "run.h"

#include <fmt/format.h>

#include <optional>

#include "commands.h"
#include "doctor/doctor.h"
#include "leak_gate.h"
#include "leaks.h"
#include "options.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_leak_code = 1, highest_code = 255;

// What the recorder calls them.
std::vector<std::string> recorder_options_of(const Typed& typed) {
    std::vector<std::string> all;
    for (const char* const name : {"interval", "growth", "peak", "keep", "sample"}) {
        if (typed.has(name)) all.push_back(fmt::format("{}={}", name, typed.text(name)));
    }
    if (typed.text("registers") == "all") all.push_back("registers=all");
    if (typed.has("hashes")) all.push_back("hashes=on");
    if (typed.has("unwind")) all.push_back("unwind=" + typed.text("unwind"));
    if (typed.has("disk-limit")) all.push_back("disk=" + typed.text("disk-limit"));
    for (const std::string& each : typed.all("set")) all.push_back(each);
    return all;
}

// What the recorder cannot know by itself; it then says so in each snapshot.
std::vector<std::string> with_what_is_not_seen(std::vector<std::string> options, const std::string& program) {
    const auto unseen = not_seen_of(program);
    if (!unseen) return options;
    fmt::print(stderr, "heapkit: {} is linked into {}: what it allocates is not recorded\n", unseen->allocator,
               program);
    options.push_back("unseen=" + unseen->executable.string());
    return options;
}

RunOptions run_options_of(const Typed& typed) {
    return {.command = typed.arguments(),
            .folder = typed.text("output-folder", "."),
            .exit_snapshot = !typed.has("no-exit-snapshot"),
            .follow_exec = typed.has("follow-exec"),
            .contents = typed.text("contents"),
            .agent_options = with_what_is_not_seen(recorder_options_of(typed), typed.arguments().front())};
}

// Options that make no sense with or without --leaks.
std::optional<Error> contradiction(const Typed& typed) {
    if (typed.has("sample") && typed.has("leaks"))
        return Error{"--leaks needs every block, and --sample leaves most of them out", "Leave one of them out."};
    if (typed.has("sample") && typed.has("hashes"))
        return Error{"--hashes finds duplicates among all blocks, and --sample leaves most of them out",
                     "Leave one of them out."};
    if (!typed.has("leaks")) {
        for (const char* const name : {"exitcode", "junit", "kinds", "traceback", "suppressions"}) {
            if (typed.has(name)) return Error{fmt::format("--{} needs --leaks", name), "See: heapkit run --help"};
        }
        return std::nullopt;
    }
    if (typed.has("no-exit-snapshot"))
        return Error{"--leaks needs the snapshot that --no-exit-snapshot leaves out", "Leave one of them out."};
    if (typed.text("contents") == "none")
        return Error{"--leaks needs the pointers that --contents none leaves out", "Leave one of them out."};
    if (typed.number("exitcode", usual_leak_code) > highest_code)
        return Error{"--exitcode wants a number up to 255", "See: heapkit run --help"};
    return std::nullopt;
}

Result<int> run(const Typed& typed, Console& console) {
    if (auto error = contradiction(typed)) return *error;
    if (!typed.has("leaks")) return run_program(run_options_of(typed));
    auto leaks = leak_options_of(typed);
    if (!leaks) return leaks.error();
    return run_leak_gate({.run = run_options_of(typed),
                          .keep = typed.text("output-folder"),
                          .leaks = std::move(*leaks),
                          .exit_code = static_cast<int>(typed.number("exitcode", usual_leak_code)),
                          .junit = typed.text("junit")},
                         console);
}

std::vector<Option> recording_options() {
    using Kind = Option::Kind;
    return {{.names = "-o,--output-folder",
             .kind = Kind::file,
             .value = "FOLDER",
             .help = "Write snapshots there; it is made when it is not there.",
             .fallback = "the current folder; with --leaks a temporary one"},
            {.names = "--follow-exec",
             .help = "Record also the programs that this one becomes or starts by exec, each with files of its own. "
                     "Otherwise they are freed of the recorder."},
            {.names = "--no-exit-snapshot", .help = "Write no snapshot when the program ends."},
            {.names = "--contents",
             .kind = Kind::choice,
             .value = "WHAT",
             .help = "What to keep of each block's memory: pointers and small integers, which types come "
                     "from, or nothing. Text is never kept.",
             .choices = {"words", "none"},
             .fallback = "words"},
            {.names = "--hashes",
             .help = "Keep a keyed hash of each block's contents in each snapshot, so that heapkit waste finds "
                     "duplicates. No contents are kept, and no key."},
            {.names = "--sample",
             .kind = Kind::text,
             .value = "BYTES",
             .help = "Record a sample, one block in BYTES of what is allocated, for production: 512K. Types, call "
                     "stacks and growth are estimated from it; who holds what is not known.",
             .fallback = "every block is recorded"},
            {.names = "--registers",
             .kind = Kind::choice,
             .value = "WHOSE",
             .help = "all: for each snapshot stop also threads that wait in the kernel, to know their registers. A "
                     "system call that one of them waits in then fails with EINTR.",
             .choices = {"all", "default"},
             .fallback = "default: only of threads that run"},
            {.names = "--unwind",
             .kind = Kind::choice,
             .value = "WHO",
             .help = "Who walks call stacks: our own unwinder, or libunwind, which is far slower, to compare the two.",
             .choices = {"own", "libunwind"},
             .fallback = "own"},
            {.names = "--set",
             .kind = Kind::text,
             .value = "KEY=VALUE",
             .help = "Set an option of the recorder, as in the environment variable PROF.",
             .is_repeatable = true}};
}

std::vector<Option> trigger_options() {
    using Kind = Option::Kind;
    return {{.names = "--interval",
             .kind = Kind::text,
             .value = "TIME",
             .help = "Take a snapshot every so often: 10, 500ms."},
            {.names = "--growth",
             .kind = Kind::text,
             .value = "AMOUNT",
             .help = "Take one when so much more is live than at the last: 50%, 64MiB."},
            {.names = "--peak",
             .kind = Kind::text,
             .value = "PERCENT",
             .help = "Take one at a peak so far above that of the last: 25%, or on, which is 10%."},
            {.names = "--keep",
             .kind = Kind::number,
             .value = "N",
             .help = "Of these snapshots, only the last N of each process stay.",
             .fallback = "10"},
            {.names = "--disk-limit",
             .kind = Kind::text,
             .value = "BYTES",
             .help = "What all snapshots of a process may take on the disk: 2GiB."}};
}

std::vector<Option> gate_options() {
    return {{.names = "--leaks",
             .help = "Check at the end what was lost, report it on standard error, and fail when there is anything. "
                     "Without -o no snapshot is kept."},
            {.names = "--exitcode",
             .kind = Option::Kind::number,
             .value = "N",
             .help = "With --leaks: the exit status when the program succeeded and leaked.",
             .fallback = "1"},
            {.names = "--junit",
             .kind = Option::Kind::file,
             .value = "FILE",
             .help = "With --leaks: write the verdicts to FILE as JUnit's XML, a test for each process."}};
}

}  // namespace

Command run_command() {
    return {
        .name = "run",
        .summary = "Run a program and record its heap",
        .description =
            "Starts an unmodified, dynamically linked program with the recorder preloaded. A snapshot is written "
            "when it ends, and before SIGTERM or SIGINT is handed on to it; take more while it runs with heapkit "
            "snapshot PID. Files are named PROGRAM.PID.N.heap.\n\n"
            "The exit status is the program's own; 128 + N when signal N ended it, 127 when it is not there, 126 "
            "when it cannot be recorded.\n\n"
            "A program that dies suddenly, by kill -9, SIGSEGV, abort or the OOM killer, leaves a report of what "
            "was live at that moment, by call stack, and a snapshot without blocks. So does a forked child that has "
            "done something since the fork, as the workers of a server do.\n\n"
            "With --leaks, each process is checked that ends by itself: the program, and with --follow-exec those "
            "that it starts with exec; forked children only with --set forks=on. The exit status stays the "
            "program's when that is not 0; otherwise it is N of --exitcode when anything is listed, 2 when the "
            "program left no snapshot to check.",
        .arguments = {{"PROGRAM", "The program and its arguments, after --.", 1, SIZE_MAX}},
        .options = joined({recording_options(), trigger_options(), gate_options(), leak_listing_options()}),
        .examples = {{"heapkit run -- ./server --port 8080", "record a server"},
                     {"heapkit run -o heaps --interval 60 -- ./server", "a snapshot each minute; the last ten stay"},
                     {"heapkit run --sample 512K -- ./server", "in production: hardly slower, estimates with a ±"},
                     {"heapkit run --leaks --suppressions known.supp -- ./tests", "fail when the tests leak"}},
        .next = {"snapshot", "stats", "diff", "leaks"},
        .takes_a_program = true,
        .run = run};
}

}  // namespace heapkit::cli
