// SPDX-License-Identifier: MIT
//
// heapkit run --leaks: runs a program and checks what it, and each program that it started, had lost at its end.
//
// Side: our process, cli.
#pragma once

#include <filesystem>

#include "analyze/leaks.h"
#include "console.h"
#include "run.h"

namespace heapkit::cli {

struct LeakGate {
    RunOptions run;              // of it the folder is ours to choose
    std::filesystem::path keep;  // where snapshots go in the end; "": nowhere
    analyze::LeakOptions leaks;
    int exit_code = 1;  // when the program succeeded and something is lost
    std::string junit;  // a file for the verdicts, as JUnit has them; "": none
};

// The report goes to standard error. The program's own exit code when that is not 0; otherwise exit_code when anything
// is listed, 2 when the program left no exit snapshot or one cannot be judged, 0. Errors: the folder.
Result<int> run_leak_gate(LeakGate gate, const Console& console);

}  // namespace heapkit::cli
