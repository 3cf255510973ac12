// SPDX-License-Identifier: MIT
//
// Debug information that lies in parts, or that this elfutils cannot unpack: what is there is used, and what is missing
// is said.
//
// Side: tests.
#include <fstream>

#include "asked.h"
#include "catch.h"

using namespace heapkit;
using namespace heapkit::tests;
using Source = symbols::ModuleSymbols::Source;

TEST_CASE("split debug information has the same names, lines and inlined calls") {
    const std::string plain = name_at(Fixture("gcc_O2_dwarf5"), "inlined");
    for (const char* name : {"gcc_split_dwarf5", "gcc_split_dwarf4"}) {
        INFO(name);
        const Fixture fixture(name);
        const Asked asked(fixture.module(), {fixture.run_time("inlined")});
        CHECK(asked.at(0) == plain);
        CHECK(asked.module().problem.empty());
    }
}

TEST_CASE("without its .dwo files a program has functions and lines, and says that inlined calls are missing") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    const Fixture fixture("gcc_split_gone");
    for (int round = 0; round < 2; ++round) {  // also when a cache could have hidden it
        const Asked asked(fixture.module(), {fixture.run_time("inlined")}, true);
        CHECK(asked.at(0) == "shop::Basket::fill() shop.cpp:" + std::to_string(fixture.at("inlined").line));
        CHECK(asked.module().source == Source::debug_information);
        CHECK(asked.module().problem ==
              "1 of 1 compile units have no .dwo file where they were built: inlined calls and types are missing");
    }
}

TEST_CASE("a package of split debug information gives inlined calls, or is named as what is not read") {
    if (!Fixture::is_built("gcc_split_package")) return;
    const Fixture fixture("gcc_split_package");
    const Asked asked(fixture.module(), {fixture.run_time("inlined")});
    if (asked.module().problem.empty()) {
        CHECK(asked.at(0) == name_at(Fixture("gcc_O2_dwarf5"), "inlined"));
    } else {
        CHECK(
            asked.module().problem.ends_with("types are missing (gcc_split_package.dwp is there, which elfutils here "
                                             "does not read)"));
    }
}

TEST_CASE("debug information that cannot be unpacked leaves the symbol table, and says so") {
    const Fixture fixture("gcc_O2_compressed");
    const auto elf = symbols::ElfFile::open(fixture.path());
    REQUIRE(elf);
    std::ifstream in(fixture.path(), std::ios::binary);
    std::vector<unsigned char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    bytes[elf->section(".debug_info")->sh_offset] = 99;  // Elf64_Chdr::ch_type: by no method that there is
    const TemporaryFolder folder;
    NewModule module = fixture.module();
    module.path = folder / "packed";
    write_file(module.path, bytes);
    const Asked asked(module, {fixture.run_time("member")});
    CHECK(asked.at(0) == "shop::Basket::fill()");
    CHECK(asked.module().source == Source::symbol_table);
    CHECK(asked.module().problem.starts_with("its debug information cannot be read"));
}
