// SPDX-License-Identifier: MIT
//
// What pointers lead to, and what constructors make, when names and code alone tell of them.
//
// Side: tests. Snapshots of programs without debug information, of fixtures/.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "recorded_program.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

struct Known {
    std::string name;  // "" where only the place is known
    types::Evidence evidence;
};

// By the names that the program gives its blocks.
std::multimap<std::string, Known> known_in(const std::string& program) {
    const TemporaryFolder folder;
    const Heap heap = recorded(program, folder);
    std::multimap<std::string, Known> known;
    for (const auto& [block, what] : named_blocks(heap, folder))
        known.emplace(what, Known{type_name(heap, block), heap.types().evidence(block)});
    return known;
}

}  // namespace

TEST_CASE("what a shared_ptr's control block leads to has the class that its vtable names, also when stripped") {
    for (const char* program : {"pointers_symbols", "pointers_stripped"}) {
        INFO(program);
        const auto known = known_in(program);
        for (const char* what : {"farm::Plain", "farm::Adopted", "farm::Closed"}) {
            INFO(what);
            REQUIRE(known.contains(what));
            CHECK(known.find(what)->second.name == what);
            CHECK(known.find(what)->second.evidence == types::Evidence::field);
        }
        CHECK(known.find("nothing")->second.name.empty());  // of a control block that nobody uses any more
    }
}

TEST_CASE("without debug information the constructor that the code calls names the class, if it has one size") {
    const auto known = known_in("pointers_symbols");
    REQUIRE(known.contains("farm::Built"));
    CHECK(known.find("farm::Built")->second.name == "farm::Built");
    CHECK(known.find("farm::Built")->second.evidence == types::Evidence::symbol_name);
    for (auto [at, end] = known.equal_range("part or whole"); at != end; ++at) CHECK(at->second.name.empty());
    CHECK(known_in("pointers_stripped").find("farm::Built")->second.name.empty());
}

TEST_CASE("a block that begins with what a variable points at, and is larger, is that struct and more") {
    const auto known = known_in("pointers");
    for (const auto& [what, name] : {std::pair("note", "Note and more"), std::pair("tailed", "farm::Tailed and more"),
                                     std::pair("word", "Word"), std::pair("record", "Record")}) {
        INFO(what);
        REQUIRE(known.contains(what));
        CHECK(known.find(what)->second.name == name);
        CHECK(known.find(what)->second.evidence == types::Evidence::result_variable);
    }
    CHECK(known.find("farm::Built")->second.name == "farm::Built");
}

TEST_CASE("what a function of C++ returns is a guess of what it made, if it is just as large") {
    const auto known = known_in("pointers");
    REQUIRE(known.contains("point"));
    CHECK(known.find("point")->second.name == "farm::Point");
    CHECK(known.find("point")->second.evidence == types::Evidence::guess);
}

TEST_CASE("what storage of pointers leads to has the class that its name says, with little trust") {
    const auto known = known_in("pointers_unoptimised");
    for (const char* what : {"farm::InVector", "farm::InMap", "farm::InList"}) {
        INFO(what);
        REQUIRE(known.contains(what));
        CHECK(known.find(what)->second.name == what);
        CHECK(known.find(what)->second.evidence >= types::Evidence::seeded_field);  // or its constructor was called
        CHECK(trust_in(known.find(what)->second.evidence) <= types::Trust::medium);
    }
    CHECK(known.find("map<int, int>")->second.name == "std::map<int, int>");
    CHECK(known.find("char")->second.name.empty());
}
