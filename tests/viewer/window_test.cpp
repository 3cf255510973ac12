// SPDX-License-Identifier: MIT
//
// Filter, sort and cut, against the plainest way of doing the same.
//
// Side: tests.
#include "server/window.h"

#include <algorithm>
#include <random>
#include <string>

#include "catch.h"

namespace heapkit::viewer {
namespace {

Table table_of(size_t rows, unsigned seed) {
    std::mt19937 random(seed);
    Table table{.title = "T",
                .key = "t",
                .columns = {{.name = "", .key = "name"},
                            {.name = "", .key = "size", .unit = Unit::bytes},
                            {.name = "", .key = "share", .unit = Unit::percent},
                            {.name = "", .key = "counts"}}};
    const char* const names[] = {"Session", "session text", "vector<int> buffer", "λ in f()", ""};
    for (size_t row = 0; row < rows; ++row) {
        const auto size = static_cast<int64_t>(random() % 20);
        Cell share = static_cast<double>(random() % 7) / 2;
        if (random() % 5 == 0) share = {};
        table.rows.push_back({std::string(names[random() % 5]), size, share, Trend{1, size}});
    }
    return table;
}

using Rows = std::vector<std::vector<Cell>>;

Rows rows_of(const Table& table, const Window& window) {
    const auto cut = cut_of(table, window);
    REQUIRE(cut);
    return cut->table.rows;
}

// Rows that can be compared: "Session 17 1.5".
std::vector<std::string> texts_of(const Rows& rows) {
    std::vector<std::string> texts;
    for (const auto& row : rows) {
        const auto* const share = std::get_if<double>(&row[2]);
        texts.push_back(std::get<std::string>(row[0]) + " " + std::to_string(std::get<int64_t>(row[1])) + " " +
                        (share == nullptr ? "none" : std::to_string(*share)));
    }
    return texts;
}

}  // namespace

TEST_CASE("Pages of any length put together are the whole table, once") {
    const Table table = table_of(997, 1);
    for (const char* sort : {"", "size", "-size", "name", "-share", "counts"}) {
        const auto whole = rows_of(table, {.limit = 1000, .sort = sort});
        REQUIRE(whole.size() == 997);
        for (const uint64_t limit : {1u, 7u, 200u, 996u, 997u}) {
            Rows joined;
            for (uint64_t offset = 0; offset < 997; offset += limit) {
                const auto page = rows_of(table, {.offset = offset, .limit = limit, .sort = sort});
                joined.insert(joined.end(), page.begin(), page.end());
            }
            CHECK(texts_of(joined) == texts_of(whole));
        }
    }
}

TEST_CASE("Sorting keeps equal rows as they were, in both directions, and puts what has no value last") {
    const Table table = table_of(300, 2);
    auto naive = table.rows;
    std::stable_sort(naive.begin(), naive.end(),
                     [](const auto& a, const auto& b) { return std::get<int64_t>(a[1]) > std::get<int64_t>(b[1]); });
    CHECK(texts_of(rows_of(table, {.limit = 1000, .sort = "-size"})) == texts_of(naive));
    for (const char* sort : {"share", "-share"}) {
        const auto rows = rows_of(table, {.limit = 1000, .sort = sort});
        const auto is_empty = [](const auto& row) { return std::holds_alternative<std::monostate>(row[2]); };
        const auto first_empty = std::find_if(rows.begin(), rows.end(), is_empty);
        CHECK(first_empty != rows.end());
        CHECK(std::all_of(first_empty, rows.end(), is_empty));
    }
}

TEST_CASE("A filter looks into names, in any case, and rows_total says how many are left") {
    const Table table = table_of(500, 3);
    const auto cut = cut_of(table, {.limit = 10, .filter = "SESSION"});
    REQUIRE(cut);
    const auto left = std::count_if(table.rows.begin(), table.rows.end(), [](const auto& row) {
        return std::get<std::string>(row[0]).find("ession") != std::string::npos;
    });
    CHECK(cut->rows_total == left);
    CHECK(cut->table.rows.size() == 10);
    CHECK(cut->table.rows_left_out == static_cast<uint64_t>(left) - 10);
    CHECK(rows_of(table, {.limit = 1000, .filter = "no such name"}).empty());
}

TEST_CASE("A window behind the end is empty, however far behind") {
    const Table table = table_of(10, 4);
    for (const uint64_t offset : {uint64_t{10}, uint64_t{1000}, uint64_t{INT64_MAX}}) {
        const auto cut = cut_of(table, {.offset = offset});
        REQUIRE(cut);
        CHECK(cut->table.rows.empty());
        CHECK(cut->rows_total == 10);
    }
    CHECK(rows_of(table, {.limit = 0}).empty());
}

TEST_CASE("A column that is not there is refused, and those that are are named") {
    const auto cut = cut_of(table_of(3, 5), {.sort = "-siez"});
    REQUIRE_FALSE(cut);
    CHECK(cut.error().what == "t has no column siez");
    CHECK(cut.error().hint == "It has name, size, share, counts.");
}

}  // namespace heapkit::viewer
