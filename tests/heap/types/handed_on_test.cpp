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
    const auto addresses = heap.blocks().address;
    std::map<std::string, std::string> types;
    std::ifstream lines(folder / "output");
    for (std::string address, what; std::getline(lines, address, '\t') && std::getline(lines, what);) {
        const auto found = std::lower_bound(addresses.begin(), addresses.end(), std::stoull(address, nullptr, 16));
        REQUIRE(found != addresses.end());
        const BlockId block(static_cast<size_t>(found - addresses.begin()));
        const bool is_typed = heap.types().evidence(block) > types::Evidence::allocation_site;
        types[what] = is_typed ? heap.types().type(heap.types().of(block)).name : "";
    }
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
