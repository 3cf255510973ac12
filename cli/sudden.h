// SPDX-License-Identifier: MIT
//
// What a program that died suddenly leaves behind: a report on standard error, and a snapshot without blocks.
//
// Side: our process, cli.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "console.h"

namespace heapkit::cli {

struct SuddenEnd {
    int memory = -1;  // the shared memory
    uint32_t slot = 0;
    int signal = 0;                // that killed it; 0: unknown
    std::filesystem::path folder;  // where the snapshot goes; "": nowhere
    bool is_brief = false;         // one line in the place of the report
};

// Where the snapshot is, if it could be written. Says itself what went wrong.
std::optional<std::filesystem::path> report_sudden_end(const SuddenEnd& end, const Console& console);

}  // namespace heapkit::cli
