// SPDX-License-Identifier: MIT
//
// Types of leaks, and who holds them: real objects, those of tests/heap/refs/held.cpp, photographed.
//
// Side: tests.
#include <memory>
#include <string>
#include <vector>

#include "../refs/held.h"
#include "../refs/photograph.h"
#include "analyze/leaks.h"
#include "catch.h"

using namespace heapkit;
using namespace heapkit::tests;
using analyze::LeakOptions;

namespace {

constexpr size_t parents = 10;  // more heads of one stack than the registers of one thread could hold

// Each with the text of its name. What holds them is not on the picture.
Heap heap_with_lost_parents() {
    std::vector<std::shared_ptr<held::Parent>> holder;
    holder.reserve(parents);
    Photograph photograph;
    for (size_t i = 0; i < parents; ++i) holder.push_back(std::make_shared<held::Parent>());
    photograph.stop();
    return photograph.develop(&held::cache);
}

const Cell& cell(const Table& table, size_t row, const std::string& key) {
    for (size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].key == key) return table.rows.at(row).at(i);
    FAIL("no column " << key);
    return table.rows.at(0).at(0);
}
std::string text(const Table& table, size_t row, const std::string& key) {
    return std::get<std::string>(cell(table, row, key));
}

int64_t number(const Table& table, size_t row, const std::string& key) {
    return std::get<int64_t>(cell(table, row, key));
}

analyze::Leaks answer(const LeakOptions& options) {
    auto leaks = analyze::leaks(options);
    if (!leaks) FAIL(leaks.error().what);
    return *std::move(leaks);
}

}  // namespace

TEST_CASE("a leak says its type, and what is indirectly lost the field that holds it") {
    const Heap heap = heap_with_lost_parents();
    const analyze::Leaks leaks =
        answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("definite,indirect"), .finds_holders = true});
    REQUIRE(leaks.groups.rows.size() == 2);
    CHECK(text(leaks.groups, 0, "kind") == "definitely lost");
    CHECK(text(leaks.groups, 0, "type_text") == "held::Parent");
    CHECK(text(leaks.groups, 0, "type").find("held::Parent") != std::string::npos);
    CHECK(number(leaks.groups, 0, "types") == 1);
    CHECK(text(leaks.groups, 0, "holder").empty());
    CHECK(text(leaks.groups, 1, "kind") == "indirectly lost");
    CHECK(number(leaks.groups, 1, "count") == parents);
    CHECK(text(leaks.groups, 1, "type_text") == "string text");
    CHECK(text(leaks.groups, 1, "holder_text") == "Parent::name");
    CHECK(number(leaks.groups, 1, "holders") == 1);
}

TEST_CASE("what is still reachable says which variable holds it, where types are asked for") {
    Photograph photograph;
    held::fill_cache();
    photograph.stop();
    photograph.global(&held::cache, sizeof(held::cache));
    const Heap heap = photograph.develop(&held::cache);
    held::forget();
    const auto roots = [&](bool finds_types) {
        const LeakOptions options = {
            .heap = &heap, .kinds = *analyze::parse_leak_kinds("reachable"), .finds_types = finds_types};
        const analyze::Leaks leaks = answer(options);
        REQUIRE_FALSE(leaks.groups.rows.empty());
        return text(leaks.groups, 0, "root");
    };
    CHECK(roots(true) == "held::cache");
    CHECK(roots(false) != "held::cache");  // nobody reads debug information for it
}

TEST_CASE("types are in a column of their own, unless they are not asked for") {
    const Heap heap = heap_with_lost_parents();
    const analyze::Leaks leaks = answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("definite")});
    REQUIRE(leaks.groups.rows.size() == 1);
    CHECK(text(leaks.groups, 0, "type_text") == "held::Parent");
    const analyze::Leaks untyped =
        answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("definite"), .finds_types = false});
    for (const Column& column : untyped.groups.columns) CHECK(column.key != "type");
}
