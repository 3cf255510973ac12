// SPDX-License-Identifier: MIT
//
// A program that knows what each of its blocks is, built in the ways in which programs come, and recorded: the snapshot
// must say the same.
//
// Side: tests.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "analyze/evidence.h"
#include "catch.h"
#include "recorded_program.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

struct Compared {
    size_t same = 0, untyped = 0;
    std::string different;  // "0x5581…: Dog, not Cat"
};

Compared compare(const std::string& program) {
    const TemporaryFolder folder;
    const Heap heap = recorded(program, folder);
    const types::Types& types = heap.types();
    const auto addresses = heap.blocks().address;
    Compared result;
    std::ifstream lines(folder / "output");
    for (std::string address, name; std::getline(lines, address, '\t') && std::getline(lines, name);) {
        const auto found = std::lower_bound(addresses.begin(), addresses.end(), std::stoull(address, nullptr, 16));
        REQUIRE(found != addresses.end());
        REQUIRE(*found == std::stoull(address, nullptr, 16));
        const BlockId block(static_cast<size_t>(found - addresses.begin()));
        const std::string& said = types.type(types.of(block)).name;
        if (types.evidence(block) <= types::Evidence::allocation_site)
            ++result.untyped;
        else if (said == name)
            ++result.same;
        else
            result.different += address + ": " + said + ", not " + name + "\n";
    }
    return result;
}

}  // namespace

TEST_CASE("with debug information every block has the type that the program knows") {
    for (const char* program : {"gcc_O0", "gcc_O2", "clang_O2", "clang_libcxx"}) {
        if (!std::filesystem::exists(std::string(HEAPKIT_KNOWING_FOLDER "/") + program)) continue;
        INFO(program);
        const Compared result = compare(program);
        CHECK(result.different.empty());
        CHECK(result.untyped == 0);
        CHECK(result.same > 60);
    }
}

TEST_CASE("in a stripped program vtables say types, and so do control blocks of what they lead to") {
    const Compared result = compare("stripped");
    CHECK(result.same == 5);  // three dogs, what make_shared made, and what a shared_ptr was given
    CHECK(result.untyped > 55);
}

TEST_CASE("two techniques that both say a type of a block say the same") {
    const TemporaryFolder folder;
    const Heap heap = recorded("gcc_O2", folder);
    const analyze::EvidenceTables tables = analyze::evidence_of_types(heap);
    int64_t blocks = 0;
    for (const auto& row : tables.coverage.rows) blocks += std::get<int64_t>(row.at(2));
    CHECK(blocks == static_cast<int64_t>(heap.blocks().count()));
    CHECK(tables.agreement.rows.size() >= 2);
    for (const auto& row : tables.agreement.rows) {
        INFO(std::get<std::string>(row.at(0)) << ", " << std::get<std::string>(row.at(1)));
        CHECK(std::get<double>(row.at(3)) == 100.0);
    }
}
