// SPDX-License-Identifier: MIT
//
// What was typed, what was meant, and what is said when it cannot be.
//
// Side: tests.
#include "parse.h"

#include "catch.h"
#include "suggest.h"
#include "tools.h"

using namespace heapkit;
using namespace heapkit::cli;

namespace {

Request request(const std::vector<std::string>& words) {
    auto result = parse(heapkit_tool(), words);
    if (!result) FAIL(result.error().what);
    return std::move(*result);
}

std::string refusal(const std::vector<std::string>& words) {
    const auto result = parse(heapkit_tool(), words);
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().hint.empty());
    return result.error().what;
}

}  // namespace

TEST_CASE("options come before, between and after arguments, with and without an equals sign") {
    const Request typed = request({"stats", "--by", "type", "a.heap", "--limit=3", "--include", "x", "--include", "y"});
    CHECK(typed.command->name == "stats");
    CHECK(typed.typed.arguments() == std::vector<std::string>{"a.heap"});
    CHECK(typed.typed.text("by") == "type");
    CHECK(typed.typed.number("limit", 0) == 3);
    CHECK(typed.typed.all("include") == std::vector<std::string>{"x", "y"});
    CHECK_FALSE(typed.typed.has("json"));
    CHECK(request({"stats", "-n5", "a.heap"}).typed.number("limit", 0) == 5);
}

TEST_CASE("what follows the program to run belongs to it") {
    const std::vector<std::string> program = {"ls", "-l", "--json", "--", "x"};
    CHECK(request({"run", "--no-exit-snapshot", "--", "ls", "-l", "--json", "--", "x"}).typed.arguments() == program);
    const Request bare = request({"run", "-o", "heaps", "ls", "-l"});
    CHECK(bare.typed.arguments() == std::vector<std::string>{"ls", "-l"});
    CHECK(bare.typed.text("output-folder") == "heaps");
}

TEST_CASE("a wrong command or option is told what may have been meant") {
    CHECK(refusal({"stast", "a"}) == "there is no command 'stast'; did you mean stats?");
    CHECK(refusal({"stats", "--limt", "3", "a"}) == "there is no option --limt; did you mean --limit?");
    CHECK(refusal({"stats", "--by", "lien", "a"}) == "--by does not know 'lien'; did you mean lineno?");
    CHECK(refusal({"frobnicate"}) == "there is no command 'frobnicate'");
    CHECK(refusal({"--verison"}) == "there is no option '--verison'; did you mean --version?");
}

TEST_CASE("missing and surplus arguments and values are named") {
    CHECK(refusal({"stats"}) == "SNAPSHOT is missing");
    CHECK(refusal({"diff", "a"}) == "NEW is missing");
    CHECK(refusal({"diff", "a", "b", "c"}) == "'c' is one argument too many");
    CHECK(refusal({"stats", "a", "--limit", "many"}) == "--limit wants a number, not 'many'");
    CHECK(refusal({"stats", "a", "--limit", "-3"}) == "--limit wants a number, not '-3'");
    CHECK(refusal({"stats", "a", "--by"}) == "--by wants a value: KEY");
    CHECK(refusal({"growth", "a"}) == "SNAPSHOT is missing");
    CHECK(refusal({"run"}) == "PROGRAM is missing");
}

TEST_CASE("help and version are asked for in every usual way") {
    CHECK(request({}).what == Request::What::tool_help);
    CHECK(request({"-h"}).what == Request::What::tool_help);
    CHECK(request({"help"}).what == Request::What::tool_help);
    CHECK(request({"help", "stats"}).what == Request::What::help);
    CHECK(request({"stats", "--help"}).what == Request::What::help);
    CHECK(request({"--version"}).what == Request::What::version);
}

TEST_CASE("the nearest word is suggested, and nothing when none is near") {
    CHECK(closest("grwoth", {"growth", "stats"}) == "growth");
    CHECK(closest("flame", {"flamegraph", "info"}) == "flamegraph");
    CHECK(closest("xyzzy", {"growth", "stats"}).empty());
}
