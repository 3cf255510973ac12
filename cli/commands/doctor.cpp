// SPDX-License-Identifier: MIT
//
// heapkit doctor: whether a program or process can be recorded, and how well.
//
// Side: our process, cli.
#include "doctor/doctor.h"

#include "commands.h"
#include "console.h"
#include "render/json.h"
#include "render/text.h"

namespace heapkit::cli {
namespace {

Result<int> run(const Typed& typed, Console& console) {
    const auto diagnosis = examine(typed.arguments()[0]);
    if (!diagnosis) return diagnosis.error();
    console.print(typed.has("json") ? render::to_json(diagnosis->report)
                                    : render::to_text(diagnosis->report, console.text_options()));
    return diagnosis->can_record ? exit_fine : exit_condition_holds;
}

}  // namespace

Command doctor_command() {
    return {.name = "doctor",
            .summary = "Whether a program or process can be recorded, and how well",
            .description =
                "Looks at a program without running it, or at a process without stopping it: whether the agent can be "
                "loaded into it, whose malloc answers, which limits and filters are in the way of a snapshot, and of "
                "which modules functions, lines and types are known. Says what to do about each, the packages that "
                "have missing debug symbols among it.\n\n"
                "Exit status: 0; 1 when it cannot be recorded as it is; 2 when something is wrong.",
            .arguments = {{"PROGRAM", "A program, as a shell would find it; or the number of a process."}},
            .options = {{.names = "--json", .help = "Write the answer as JSON."}},
            .examples = {{"heapkit doctor ./server", "before the first recording"},
                         {"heapkit doctor 4711", "a process that runs"}},
            .next = {"run", "snapshot"},
            .run = run};
}

}  // namespace heapkit::cli
