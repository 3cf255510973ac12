// SPDX-License-Identifier: MIT
//
// Text: numbers, alignment, tracemalloc's lines, and names that cannot do harm.
//
// Side: tests.
#include "render/text.h"

#include "base/units.h"
#include "catch.h"
#include "render/safe_text.h"

using namespace heapkit;
using namespace heapkit::render;

namespace {

const Column name = {.name = "", .key = "name"};
const Column size_column = {.name = "size", .key = "size", .unit = Unit::bytes};
const Column size_diff = {.name = "Δ", .key = "size_diff", .unit = Unit::bytes, .is_delta = true};
const Column count_column = {.name = "count", .key = "count", .unit = Unit::count};
const Column count_diff = {.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true};
const Column average = {.name = "average", .key = "average", .unit = Unit::bytes};

std::string shown(Table table, TextOptions options = {}) {
    Report report;
    report.shapes.emplace_back(std::move(table));
    return to_text(report, options);
}

Table lines() {
    return {.title = "By line",
            .layout = Table::Layout::statistics,
            .columns = {name, size_column, size_diff, count_column, count_diff, average}};
}

}  // namespace

TEST_CASE("sizes are written as tracemalloc writes them") {
    CHECK(size_to_text(0) == "0 B");
    CHECK(size_to_text(10239) == "10239 B");
    CHECK(size_to_text(10240) == "10.0 KiB");
    CHECK(size_to_text(99 * 1024 + 512) == "99.5 KiB");
    CHECK(size_to_text(100 * 1024) == "100 KiB");
    CHECK(size_to_text(4855 * 1024) == "4855 KiB");
    CHECK(size_to_text(20.0 * 1024 * 1024) == "20.0 MiB");
    CHECK(size_delta_to_text(4428 * 1024) == "+4428 KiB");
    CHECK(size_delta_to_text(-12) == "-12 B");
    CHECK(size_delta_to_text(0) == "+0 B");
    CHECK(count_to_text(1214377) == "1,214,377");
    CHECK(count_to_text(999) == "999");
    CHECK(count_delta_to_text(-1000) == "-1,000");
}

TEST_CASE("a statistic is tracemalloc's line") {
    Table table = lines();
    table.rows = {{std::string("server.cpp:57"), int64_t{8173 * 1024}, int64_t{4428 * 1024}, int64_t{71332},
                   int64_t{39369}, 117.3},
                  {std::string("gone.cpp:1"), int64_t{0}, int64_t{-10}, int64_t{0}, int64_t{-1}, Cell()}};
    CHECK(shown(table) ==
          "By line\n"
          "server.cpp:57: size=8173 KiB (+4428 KiB), count=71332 (+39369), average=117 B\n"
          "gone.cpp:1: size=0 B (-10 B), count=0 (-1)\n");
}

TEST_CASE("a traceback has its frames below its line") {
    Table table = lines();
    table.columns = {name, count_column};
    table.rows = {{std::string("a.cpp:1\nf  a.cpp:1\nmain  a.cpp:9"), int64_t{2}}};
    CHECK(shown(table) == "By line\na.cpp:1: count=2\n    f  a.cpp:1\n    main  a.cpp:9\n");
}

TEST_CASE("columns are aligned, and a difference of zero shows as nothing") {
    const Table table = {.title = "By type",
                         .columns = {name, count_column, count_diff, size_column},
                         .rows = {{std::string("λ in main"), int64_t{102118}, int64_t{50973}, int64_t{13}},
                                  {std::string("Document"), int64_t{1}, int64_t{0}, int64_t{20480}}},
                         .rows_left_out = 12};
    CHECK(shown(table) ==
          "By type      count        Δ      size\n"
          "λ in main  102,118  +50,973      13 B\n"
          "Document         1           20.0 KiB\n"
          "… 12 more (--limit 0 shows all)\n");
}

TEST_CASE("a long name gives way in its middle so that the line fits") {
    const std::string longest(300, 'x');
    const Table table = {.title = "By type", .columns = {name, count_column}, .rows = {{longest, int64_t{1}}}};
    const std::string text = shown(table, {.width = 100});
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = text.find('\n', begin);
        CHECK(display_width(text.substr(begin, end - begin)) <= 100);
        begin = end + 1;
    }
    CHECK(fitted("abcdefgh", 5) == "ab…gh");
}

TEST_CASE("without colour there is no escape, with it growth is red and shrinking green") {
    Table table = lines();
    table.rows = {{std::string("a:1"), int64_t{1}, int64_t{1}, int64_t{1}, int64_t{-1}, 1.0}};
    CHECK(shown(table).find('\x1b') == std::string::npos);
    const std::string coloured = shown(table, {.colour = true});
    CHECK_THAT(coloured, Catch::Contains("\x1b[31m+1 B\x1b[0m"));
    CHECK_THAT(coloured, Catch::Contains("\x1b[32m-1\x1b[0m"));
}

TEST_CASE("escape sequences, bells and direction marks in names are spelled out") {
    CHECK(safe_text("a\x1b[2Jb\a") == "a\\x1b[2Jb\\x07");
    CHECK(safe_text("one\ntwo\tthree") == "one\\x0atwo\\x09three");
    CHECK(safe_text("\xc2\x9b") == "\\x9b");
    CHECK(safe_text("a\xe2\x80\xae"
                    "b") == "a\\u202eb");
    CHECK(safe_text("caf\xc3\xa9 \xce\xbb") == "café λ");
    CHECK(safe_text("bad\xff\xc3") == "bad\\xff\\xc3");
    CHECK(safe_text("\xc0\xaf\xed\xa0\x80") == "\\xc0\\xaf\\xed\\xa0\\x80");
    const Table table = {.title = "By type", .columns = {name}, .rows = {{std::string("x\x1b]0;owned\a")}}};
    CHECK(shown(table).find('\x1b') == std::string::npos);
}

TEST_CASE("what cannot be said in rows is said in a sentence") {
    CHECK(shown({.title = "By type", .empty = "No type grew."}) == "No type grew.\n");
}

TEST_CASE("notes come below the answer, and the next steps last") {
    Report report{.command = "stats", .heading = {"program"}, .notes = {"Loss: 3."}, .next = {"heapkit types a", "b"}};
    CHECK(to_text(report, {}) == "program\n\nLoss: 3.\n\nNext: heapkit types a · b\n");
}
