// SPDX-License-Identifier: MIT
//
// A program of fixtures/, run under the agent: its heap, and its own words of it.
//
// Side: tests.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

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

// The blocks of which the program said something, "ADDRESS\tWHAT" a line, and what it said.
inline std::vector<std::pair<BlockId, std::string>> named_blocks(const Heap& heap, const TemporaryFolder& folder) {
    const auto addresses = heap.blocks().address;
    std::vector<std::pair<BlockId, std::string>> named;
    std::ifstream lines(folder / "output");
    for (std::string address, what; std::getline(lines, address, '\t') && std::getline(lines, what);) {
        const uint64_t wanted = std::stoull(address, nullptr, 16);
        const auto found = std::lower_bound(addresses.begin(), addresses.end(), wanted);
        REQUIRE(found != addresses.end());
        REQUIRE(*found == wanted);
        named.emplace_back(BlockId(static_cast<size_t>(found - addresses.begin())), what);
    }
    return named;
}

// "" where only the place is known.
inline std::string type_name(const Heap& heap, BlockId block) {
    const bool is_typed = heap.types().evidence(block) > types::Evidence::allocation_site;
    return is_typed ? heap.types().type(heap.types().of(block)).name : "";
}

}  // namespace heapkit::tests
