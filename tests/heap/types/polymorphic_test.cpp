// SPDX-License-Identifier: MIT
//
// Blocks that begin with a vtable, in real programs: those whose class it says, and why it does not say the others'.
//
// Side: tests.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "analyze/evidence.h"
#include "recorded_program.h"

using namespace heapkit;
using namespace heapkit::tests;
using types::VtableKind;

namespace {

struct Seen {
    VtableKind kind;
    std::string name;
};

// What heapkit says of the blocks, by what the program says of them.
std::multimap<std::string, Seen> seen_in(const std::string& program) {
    const TemporaryFolder folder;
    const Heap heap = recorded(program, folder);
    std::multimap<std::string, Seen> seen;
    for (const auto& [block, what] : named_blocks(heap, folder))
        seen.emplace(what, Seen{heap.types().vtable_kind(block), type_name(heap, block)});
    return seen;
}

std::vector<std::string> names_of(const std::multimap<std::string, Seen>& seen, const std::string& what) {
    std::vector<std::string> names;
    for (auto [at, end] = seen.equal_range(what); at != end; ++at) names.push_back(at->second.name);
    return names;
}

VtableKind kind_of(const std::multimap<std::string, Seen>& seen, const std::string& what) {
    REQUIRE(seen.contains(what));
    return seen.find(what)->second.kind;
}

}  // namespace

TEST_CASE("every block that begins with a vtable with RTTI has its class, with symbols and without") {
    for (const char* program : {"polymorphic", "polymorphic_symbols", "polymorphic_stripped", "polymorphic_clang"}) {
        if (!std::filesystem::exists(std::string(HEAPKIT_KNOWING_FOLDER "/") + program)) continue;
        INFO(program);
        const auto seen = seen_in(program);
        CHECK(names_of(seen, "class") == std::vector<std::string>{"zoo::Cat", "zoo::Coast"});
        CHECK(kind_of(seen, "class") == VtableKind::rtti);
        CHECK(kind_of(seen, "second base") == VtableKind::second_base);
        CHECK(kind_of(seen, "virtual base") == VtableKind::virtual_base);
        CHECK(names_of(seen, "second base") == std::vector<std::string>{""});
    }
}

TEST_CASE("an object whose base is being made has its class where a symbol says it") {
    for (const char* program : {"polymorphic", "polymorphic_symbols"}) {
        INFO(program);
        const auto seen = seen_in(program);
        CHECK(names_of(seen, "under construction") == std::vector<std::string>{"zoo::Coast"});
        CHECK(kind_of(seen, "under construction") == VtableKind::in_construction);
    }
    // typeid(*this) says the same there.
    CHECK(names_of(seen_in("polymorphic_stripped"), "under construction") == std::vector<std::string>{"zoo::Land"});
}

TEST_CASE("without RTTI the vtable's symbol says the class, and without both it is counted") {
    const auto with_symbols = seen_in("polymorphic_no_rtti");
    CHECK(names_of(with_symbols, "class") == std::vector<std::string>{"zoo::Cat", "zoo::Coast"});
    CHECK(kind_of(with_symbols, "class") == VtableKind::symbol);
    CHECK(kind_of(with_symbols, "second base") == VtableKind::second_base);
    const auto stripped = seen_in("polymorphic_no_rtti_stripped");
    CHECK(names_of(stripped, "class") == std::vector<std::string>{"", ""});
    CHECK(kind_of(stripped, "class") == VtableKind::nameless);
    CHECK(kind_of(stripped, "second base") == VtableKind::second_base);
}

TEST_CASE("blocks that begin with a vtable are counted by what it says of their class") {
    const TemporaryFolder folder;
    const Heap heap = recorded("polymorphic_symbols", folder);
    const Table table = analyze::evidence_of_types(heap).vtables;
    const auto row_of = [&](const std::string& kind) {
        const auto row = std::ranges::find_if(
            table.rows, [&](const auto& each) { return std::get<std::string>(each.at(0)) == kind; });
        REQUIRE(row != table.rows.end());
        return std::pair(std::get<int64_t>(row->at(1)), std::get<int64_t>(row->at(2)));
    };
    CHECK(row_of("with RTTI") == std::pair<int64_t, int64_t>(2, 2));
    CHECK(row_of("of a second base") == std::pair<int64_t, int64_t>(1, 0));
    CHECK(row_of("of a virtual base") == std::pair<int64_t, int64_t>(1, 0));
    CHECK(row_of("under construction") == std::pair<int64_t, int64_t>(1, 1));
}
