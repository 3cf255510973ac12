// SPDX-License-Identifier: MIT
//
// JSON, read back.
//
// Side: tests.
#include "render/json.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "render/safe_text.h"

using namespace heapkit;
using nlohmann::json;

TEST_CASE("a table is rows of objects under its key, with plain numbers") {
    const Table table = {
        .title = "By line",
        .key = "by_lineno",
        .layout = Table::Layout::statistics,
        .columns = {{.name = "", .key = "name"},
                    {.name = "size", .key = "size", .unit = Unit::bytes},
                    {.name = "average", .key = "average", .unit = Unit::bytes},
                    {.name = "traceback", .key = "traceback", .is_for_json = true},
                    {.name = "counts", .key = "counts"}},
        .rows = {{std::string("a.cpp:1\nbelow"), int64_t{1} << 40, Cell(),
                  Traceback{{.function = "f", .file = "a.cpp", .module = "m", .line = 1}}, Trend{1, 2}}},
        .rows_left_out = 2};
    Report report{.command = "stats"};
    report.subjects = {{.file = "1.heap", .program = "p", .pid = 42, .run_id = 0xfedcba9876543210}};
    report.shapes = {table};
    report.notes = {"Loss"};
    const json document = json::parse(render::to_json(report));
    CHECK(document["format"] == 1);
    CHECK(document["command"] == "stats");
    CHECK(document["heapkit"].is_string());
    CHECK(document["snapshots"][0]["pid"] == 42);
    CHECK(document["snapshots"][0]["run_id"] == "fedcba9876543210");
    const json& answer = document["answers"]["by_lineno"];
    CHECK(answer["rows_left_out"] == 2);
    const json& row = answer["rows"][0];
    CHECK(row["name"] == "a.cpp:1");
    CHECK(row["size"] == int64_t{1} << 40);
    CHECK(row["average"].is_null());
    CHECK(row["traceback"][0]["line"] == 1);
    CHECK(row["counts"] == json({1, 2}));
    CHECK(document["notes"][0] == "Loss");
}

TEST_CASE("a tree is columns, so that a deep program does not make deep JSON") {
    Tree tree{.title = "t", .key = "flamegraph"};
    tree.names = {"all", "f", ""};
    tree.parent = {0, 0};
    tree.name = {0, 1};
    tree.group = {2, 2};
    tree.total = {5, 5};
    Report report{.command = "flamegraph"};
    report.shapes = {tree};
    const json document = json::parse(render::to_json(report));
    CHECK(document["answers"]["flamegraph"]["parent"] == json({0, 0}));
    CHECK(document["answers"]["flamegraph"]["names"][1] == "f");
}

TEST_CASE("bytes that are no UTF-8 do not break the document") {
    Report report{.command = "types"};
    report.shapes = {
        Table{.key = "types", .columns = {{.name = "", .key = "name"}}, .rows = {{std::string("\xff\x1b")}}}};
    const std::string text = render::to_json(report);
    CHECK(json::accept(text));
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("characters that a terminal obeys beyond ASCII are escaped in JSON, and mean what they meant") {
    const std::string shown = render::json_text("{\"a\": \"\xc2\x9b\xe2\x80\xaez\xc3\xa9\"}\n");
    CHECK(shown == "{\"a\": \"\\u009b\\u202ez\xc3\xa9\"}\n");
}
