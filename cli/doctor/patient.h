// SPDX-License-Identifier: MIT
//
// What the doctor looks at: a program that is not running, or a process; and the modules that make it up.
//
// Side: our process, cli.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include <heapkit/result.h>

namespace heapkit::cli {

struct Patient {
    std::string name = {};  // "jq", "process 4711 (jq)"
    std::filesystem::path executable = {};
    pid_t pid = 0;  // 0: a program
    std::vector<std::filesystem::path> modules =
        {};                                 // the executable first; then as the loader searches them; no agent
    std::vector<std::string> missing = {};  // libraries that the loader does not find
    std::string loader_says = {};           // of the agent: why it is not loaded; "" when it is

    // "/proc/4711"; of a program our own, whose limits it would inherit.
    std::filesystem::path proc() const {
        return std::filesystem::path("/proc") / (pid == 0 ? "self" : std::to_string(pid));
    }
    // Where we see one of its files: it may live in a container.
    std::filesystem::path here(const std::filesystem::path& file) const {
        return pid == 0 ? file : proc() / "root" / file.relative_path();
    }
};

// Asks the program's own loader, which runs nothing of the program. `agent` is preloaded.
Patient examine_program(const std::filesystem::path& executable, const std::filesystem::path& agent);

// Errors: it is not there; it is another user's.
Result<Patient> examine_process(pid_t pid);

}  // namespace heapkit::cli
