// SPDX-License-Identifier: MIT
//
// THE table of commands.
//
// Side: our process, cli.
#include "tools.h"

#include <sys/prctl.h>

#include "commands.h"
#include "console.h"
#include "help.h"
#include "parse.h"

namespace heapkit::cli {

const Tool& heapkit_tool() {
    static const Tool tool = {
        .name = "heapkit",
        .summary = "Heap profiling and leak finding for native processes",
        .description =
            "Records every allocation of an unmodified program, takes snapshots of its heap, and says what "
            "is there, what grew, and who holds it.",
        .commands = {
            run_command(),      snapshot_command(),   top_command(),     diagnose_command(),   types_command(),
            growth_command(),   diff_command(),       count_command(),   objects_command(),    object_command(),
            backrefs_command(), refs_command(),       holders_command(), containers_command(), retained_command(),
            tree_command(),     leaks_command(),      cycles_command(),  closures_command(),   stats_command(),
            churn_command(),    flamegraph_command(), waste_command(),   info_command(),       export_command(),
            bundle_command(),   doctor_command(),     expect_command(),  view_command(),       report_command()}};
    return tool;
}

const Tool& heapdiff_tool() {
    static const Tool tool = [] {
        Tool single = {.name = "heapdiff",
                       .summary = diff_command().summary,
                       .description = "",
                       .commands = {diff_command()},
                       .is_single = true};
        return single;
    }();
    return tool;
}

int run_tool(const Tool& tool, const std::vector<std::string>& words) {
    prctl(PR_SET_NAME, tool.name.c_str());  // a package starts us by a loader of its own, whose name we would have
    Console console;
    const auto request = parse(tool, words);
    if (!request) {
        console.explain(request.error());
        return exit_error;
    }
    const HelpOptions help{.colour = console.text_options().colour, .width = console.text_options().width};
    int code = exit_fine;
    switch (request->what) {
        case Request::What::version:
            console.print(tool.name + " " HEAPKIT_VERSION "\n");
            break;
        case Request::What::tool_help:
            console.print(tool_help(tool, help));
            break;
        case Request::What::help:
            console.print(command_help(tool, *request->command, help));
            break;
        case Request::What::run: {
            const auto result = request->command->run(request->typed, console);
            if (!result) {
                console.explain(result.error());
                return exit_error;
            }
            code = *result;
        }
    }
    if (console.flush()) return code;
    console.explain({"cannot write the answer to standard output", ""});
    return exit_error;
}

}  // namespace heapkit::cli
