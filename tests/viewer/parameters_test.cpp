// SPDX-License-Identifier: MIT
//
// Parameters as a stranger may send them.
//
// Side: tests.
#include "server/parameters.h"

#include <array>

#include "base/shell_words.h"
#include "catch.h"

namespace heapkit::viewer {
namespace {

constexpr std::array<std::string_view, 2> colours = {"red", "blue"};
constexpr std::array<Rule, 4> rules = {{{.name = "name"},
                                        {.name = "count", .kind = Rule::Kind::number, .most = 1000},
                                        {.name = "colour", .kind = Rule::Kind::choice, .choices = colours},
                                        {.name = "address", .kind = Rule::Kind::addresses}}};

bool is_fine(const Parameters& parameters) { return static_cast<bool>(check(parameters, rules)); }

}  // namespace

TEST_CASE("Numbers are digits alone, and within bounds") {
    for (const char* good : {"0", "7", "1000", "0007"}) CHECK(is_fine({{"count", good}}));
    for (const char* bad :
         {"-1", "1001", "", " 1", "1 ", "1e3", "0x10", "9223372036854775808", "99999999999999999999", "١"})
        CHECK_FALSE(is_fine({{"count", bad}}));
}

TEST_CASE("A choice is one of those that there are, and a name that is not known is refused") {
    CHECK(is_fine({{"colour", "blue"}}));
    CHECK_FALSE(is_fine({{"colour", "Blue"}}));
    CHECK_FALSE(is_fine({{"color", "blue"}}));
    const auto refused = check({{"colour", "green"}}, rules);
    CHECK(refused.error().what == "colour cannot be \"green\"");
    CHECK(refused.error().hint == "It is one of red, blue.");
}

TEST_CASE("Addresses are hexadecimal and of 64 bits, one or several") {
    for (const char* good : {"0x10", "10", "0x8000000000000000", "0xffffffffffffffff", "0x10,0x20"})
        CHECK(is_fine({{"address", good}}));
    for (const char* bad : {"9223372036854775808", "0x10000000000000000", "-1", "0x", "zero", "0x10,nothing"})
        CHECK_FALSE(is_fine({{"address", bad}}));
    CHECK(addresses_in({{"address", "0x10,,0x20,"}}, "address") == std::vector<std::string>{"0x10", "0x20"});
    CHECK(address_of("0x8000000000000000") == uint64_t{1} << 63);
}

TEST_CASE("Any text is a name") {
    for (const char* text : {"", "<script>alert(1)</script>", "\xff\xfe", "a&b=c", "../../etc/passwd"})
        CHECK(is_fine({{"name", text}}));
}

TEST_CASE("A window has bounds, and is no part of what is kept") {
    const Parameters parameters = {
        {"by", "type"}, {"filter", "Se"}, {"limit", "5"}, {"offset", "10"}, {"sort", "-size"}};
    const Window window = window_in(parameters);
    CHECK(window.offset == 10);
    CHECK(window.limit == 5);
    CHECK(window.sort == "-size");
    CHECK(window.filter == "Se");
    CHECK(without_window(parameters) == Parameters{{"by", "type"}});
    CHECK(window_in({}).limit == Window::usual_limit);
    CHECK_FALSE(check({{"limit", "1001"}}, window_rules()));
    CHECK_FALSE(check({{"offset", "-5"}}, window_rules()));
}

TEST_CASE("An answer's key is what encodeURIComponent makes of its parameters, by name") {
    CHECK(key_of("types", {}) == "types");
    CHECK(key_of("flamegraph", {{"metric", "peak"}, {"by", "type"}}) == "flamegraph?by=type&metric=peak");
    CHECK(key_of("objects", {{"type", "a::B<int&>"}}) == "objects?type=a%3A%3AB%3Cint%26%3E");
    CHECK(key_of("objects", {{"type", "λ in f() x.cpp:1 ~!*'()-_."}}) ==
          "objects?type=%CE%BB%20in%20f()%20x.cpp%3A1%20~!*'()-_.");
}

TEST_CASE("A name as a pattern means itself") {
    CHECK(literal_pattern("Session") == "Session");
    CHECK(literal_pattern("char*[4]?") == "char[*][[]4][?]");
}

}  // namespace heapkit::viewer
