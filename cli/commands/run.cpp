// SPDX-License-Identifier: MIT
//
// heapkit run: a program, recorded from its first allocation.
//
// Side: our process, cli. How: run.h.
#include "run.h"

#include "commands.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console&) {
    return run_program({.command = typed.arguments(),
                        .folder = typed.text("output-folder", "."),
                        .exit_snapshot = !typed.has("no-exit-snapshot"),
                        .contents = typed.text("contents"),
                        .agent_options = typed.all("set")});
}

}  // namespace

Command run_command() {
    using Kind = Option::Kind;
    return {.name = "run",
            .summary = "Run a program and record its heap",
            .description =
                "Starts an unmodified, dynamically linked program with the recorder preloaded. A snapshot is written "
                "when it ends, and before SIGTERM or SIGINT is handed on to it; take more while it runs with heapkit "
                "snapshot PID. Files are named PROGRAM.PID.N.heap.\n\n"
                "The exit status is the program's own; 128 + N when signal N ended it, 127 when it is not there, 126 "
                "when it cannot be recorded.",
            .arguments = {{"PROGRAM", "The program and its arguments, after --.", 1, SIZE_MAX}},
            .options = {{.names = "-o,--output-folder",
                         .kind = Kind::file,
                         .value = "FOLDER",
                         .help = "Write snapshots there; it is made when it is not there.",
                         .fallback = "the current folder"},
                        {.names = "--no-exit-snapshot", .help = "Write no snapshot when the program ends."},
                        {.names = "--contents",
                         .kind = Kind::choice,
                         .value = "WHAT",
                         .help = "What to keep of each block's memory: pointers and small integers, which types come "
                                 "from, or nothing. Text is never kept.",
                         .choices = {"words", "none"},
                         .fallback = "words"},
                        {.names = "--set",
                         .kind = Kind::text,
                         .value = "KEY=VALUE",
                         .help = "Set an option of the recorder, as in the environment variable PROF.",
                         .is_repeatable = true}},
            .examples = {{"heapkit run -- ./server --port 8080", "record a server"},
                         {"heapkit run -o /tmp/heaps -- python3 script.py", "snapshots elsewhere"}},
            .next = {"snapshot", "stats", "diff"},
            .takes_a_program = true,
            .run = run};
}

}  // namespace heapkit::cli
