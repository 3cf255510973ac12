// SPDX-License-Identifier: MIT
//
// What functions say by what they return, and how far up the stack that may be asked.
//
// Side: tests. A snapshot of fixtures/handed_on.cpp.
#include <algorithm>
#include <fstream>
#include <map>

#include "recorded_program.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

// The types of the program's blocks by its own names for them; "" where only the place is known.
std::map<std::string, std::string> types_in(const std::string& program) {
    const TemporaryFolder folder;
    const Heap heap = recorded(program, folder);
    std::map<std::string, std::string> types;
    for (const auto& [block, what] : named_blocks(heap, folder)) types[what] = type_name(heap, block);
    return types;
}

}  // namespace

TEST_CASE("what a function without debug information allocates is not what its caller returns") {
    const auto types = types_in("handed_on");
    CHECK(types.at("chunk").empty());
    CHECK_FALSE(types.at("script").empty());
}

TEST_CASE("what the C library or an allocator's wrapper hands on is what its caller returns") {
    const auto types = types_in("handed_on");
    CHECK_FALSE(types.at("copy").empty());
    CHECK_FALSE(types.at("room").empty());
}
