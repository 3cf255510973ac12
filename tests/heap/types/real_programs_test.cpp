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
    std::string different;  // "Dog, not Cat"
};

Compared compare(const std::string& program) {
    const TemporaryFolder folder;
    const Heap heap = recorded(program, folder);
    Compared result;
    for (const auto& [block, name] : named_blocks(heap, folder)) {
        const std::string said = type_name(heap, block);
        if (said.empty())
            ++result.untyped;
        else if (said == name)
            ++result.same;
        else
            result.different += said + ", not " + name + "\n";
    }
    return result;
}

// A compiler, a linker or a library that is not there is no failure; the program itself must be.
bool is_built(const std::string& program) {
    const bool there = std::filesystem::exists(HEAPKIT_KNOWING_FOLDER "/" + program);
    if (!there) WARN(program << " was not built here");
    return there;
}

void check_all_known(const std::string& program) {
    INFO(program);
    const Compared result = compare(program);
    CHECK(result.different == "");
    CHECK(result.untyped == 0);
    CHECK(result.same > 60);
}

}  // namespace

TEST_CASE("with debug information every block has the type that the program knows") {
    for (const char* program : {"gcc_O0", "gcc_O2", "clang_O2"})
        if (is_built(program)) check_all_known(program);
}

TEST_CASE("with libc++ every block has the type that the program knows") {
    if (is_built("clang_libcxx")) check_all_known("clang_libcxx");
}

TEST_CASE("with the strings and lists from before C++11 every block has the type that the program knows") {
    check_all_known("gcc_old_abi");
}

TEST_CASE("functions that a linker merged, since their code is equal, do not mislead") {
    for (const char* program : {"gcc_folded", "clang_folded"})
        if (is_built(program)) check_all_known(program);
}

TEST_CASE("an object that a ring leads back into is looked into once") {
    const TemporaryFolder folder;
    const Heap heap = recorded("gcc_O2", folder);  // it has a farm::Ring, and this ends
    const auto is_ring = [&](size_t index) {
        return heap.types().type(heap.types().of(BlockId(index))).name == "farm::Ring";
    };
    size_t rings = 0;
    for (size_t index = 0; index < heap.blocks().count(); ++index) rings += is_ring(index) ? 1 : 0;
    CHECK(rings == 1);
}

TEST_CASE("parts of one program may come from several compilers, with RTTI and without") {
    if (!is_built("mixed")) return;
    const Compared result = compare("mixed");
    CHECK(result.different == "");
    CHECK(result.untyped == 0);
    CHECK(result.same == 2);
}

TEST_CASE("a class is found by its own deleting destructor, whoever else has its other ones") {
    for (const char* program : {"aliases", "aliases_unoptimised", "aliases_clang"}) {
        if (!is_built(program)) continue;
        INFO(program);
        const TemporaryFolder folder;
        const Heap heap = recorded(program, folder);
        size_t found = 0;
        for (size_t index = 0; index < heap.blocks().count(); ++index) {
            const types::Type& type = heap.types().type(heap.types().of(BlockId(index)));
            const bool is_animal = type.full_name == "farm::Dog" || type.full_name == "farm::Cat";
            const bool is_stone = type.full_name == "farm::Stone" || type.full_name == "farm::Gem";
            if (!is_animal && !is_stone) continue;
            ++found;
            CHECK(heap.types().evidence(BlockId(index)) >= types::Evidence::allocator_argument);
            CHECK(heap.type_book().name(type.layout) == type.full_name);
        }
        CHECK(found == 4);
        CHECK(compare(program).different == "");
    }
}

TEST_CASE("a constructor's names lead to its class without debug information, too") {
    const Compared result = compare("aliases_symbols");
    CHECK(result.different == "");
    CHECK(result.same == 4);
}

TEST_CASE("in a stripped program vtables say types, and so do control blocks of what they lead to") {
    const Compared result = compare("stripped");
    CHECK(result.same >= 5);  // three dogs, what make_shared made, what a shared_ptr was given; the library's strings
    CHECK(result.untyped > 45);
}

TEST_CASE("who has no types is told that debug information is missing") {
    const TemporaryFolder folder;
    const auto notes = analyze::missing_types(recorded("stripped", folder));
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find("/stripped has no debug information") != std::string::npos);
    CHECK(analyze::missing_types(recorded("gcc_O2", folder)).empty());
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
