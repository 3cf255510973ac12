// SPDX-License-Identifier: MIT
//
// A program of fixtures/, run under the agent: its heap, and its own words of it.
//
// Side: tests.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "catch.h"
#include "heap.h"
#include "temporary_folder.h"

namespace heapkit::tests {

// The program's heap; its own words of it are in folder/output.
inline Heap recorded(const std::string& program, const TemporaryFolder& folder) {
    const std::string snapshot = folder / "1.heap", output = folder / "output";
    const std::string command = "LD_PRELOAD=" HEAPKIT_AGENT " PROF=exit=off,out=" + folder.path().string() +
                                " " HEAPKIT_KNOWING_FOLDER "/" + program + " " + snapshot + " > " + output;
    const int status = std::system(command.c_str());
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    HeapOptions options;
    options.symbols.use_cache = false;
    auto heap = Heap::open(snapshot, options);
    REQUIRE(heap);
    return std::move(*heap);
}

}  // namespace heapkit::tests
