// SPDX-License-Identifier: MIT
//
// Pointers to outside functions of programs at a fixed address, with the tables that several linkers make.
//
// Side: tests.
#include "symbols/plt.h"

#include <algorithm>

#include "asked.h"
#include "catch.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

std::vector<std::string> programs_at_a_fixed_address() {
    std::vector<std::string> names = {"gcc_plt", "gcc_plt_now", "gcc_plt_protected"};
    if (Fixture::is_built("clang_plt")) names.emplace_back("clang_plt");
    return names;
}

}  // namespace

TEST_CASE("a pointer to an outside function has the name of the function") {
    for (const std::string& name : programs_at_a_fixed_address()) {
        INFO(name);
        const Fixture fixture(name);
        const Asked asked(fixture.module(), {fixture.run_time("main")});
        CHECK(asked.frames().symbol_at(fixture.run_time("pointer:outside")) == "puts@plt");
        CHECK(asked.frames().symbol_at(fixture.run_time("function")) == "plain_name");
    }
}

TEST_CASE("every entry is read, and none from a file that keeps no code") {
    const auto file = symbols::ElfFile::open(Fixture("gcc_plt").path());
    REQUIRE(file);
    const auto entries = symbols::plt_entries_of(*file);
    CHECK(entries.size() >= 5);
    for (const char* wanted : {"printf", "puts", "dl_iterate_phdr", "_ZdlPvm"})
        CHECK(std::ranges::count(entries, wanted, &symbols::PltEntry::name) == 1);
    const auto debug = symbols::ElfFile::open(HEAPKIT_FIXTURE_FOLDER "/.debug/linked.debug");
    REQUIRE(debug);
    CHECK(symbols::plt_entries_of(*debug).empty());
}
