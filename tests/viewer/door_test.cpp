// SPDX-License-Identifier: MIT
//
// Who may come in.
//
// Side: tests.
#include "server/door.h"

#include <set>

#include "catch.h"

namespace heapkit::viewer {
namespace {

const std::string token = "0123456789abcdef0123456789abcdef";
const std::string path = "/" + token + "/api/types";

int status_of(const Caller& caller) {
    const auto refused = Door(token, 8123).refuse(caller);
    return refused ? refused->status : 200;
}

Caller caller(std::string_view host, std::string_view asked = path) {
    return {.method = "GET", .host = host, .path = asked};
}

}  // namespace

TEST_CASE("Tokens have 128 bits as 32 digits, and no two are the same") {
    std::set<std::string> tokens;
    for (int i = 0; i < 1000; ++i) {
        const auto fresh = new_token();
        REQUIRE(fresh);
        REQUIRE(fresh->size() == 32);
        REQUIRE(fresh->find_first_not_of("0123456789abcdef") == std::string::npos);
        tokens.insert(*fresh);
    }
    CHECK(tokens.size() == 1000);
}

TEST_CASE("The page that was served may ask, by either name of the loopback interface") {
    CHECK(status_of(caller("127.0.0.1:8123")) == 200);
    CHECK(status_of(caller("localhost:8123")) == 200);
    CHECK(status_of(caller("localhost:8123", "/" + token + "/")) == 200);
}

TEST_CASE("A name that was made to mean our address is refused") {
    for (const char* host : {"evil.example:8123", "127.0.0.1", "127.0.0.1:8124", "localhost", "", "0.0.0.0:8123",
                             "127.0.0.1:8123.evil.example", "[::1]:8123"})
        CHECK(status_of(caller(host)) == 403);
}

TEST_CASE("A script of another page is refused, whatever it knows") {
    Caller asking = caller("127.0.0.1:8123");
    for (const char* origin : {"http://evil.example", "null", "", "https://127.0.0.1:8123", "http://127.0.0.1",
                               "http://127.0.0.1:8124", "http://127.0.0.1:8123.evil.example"}) {
        asking.origin = origin;
        CHECK(status_of(asking) == 403);
    }
    asking.origin = "http://127.0.0.1:8123";
    CHECK(status_of(asking) == 200);
}

TEST_CASE("Without the token nobody comes in, and one wrong digit is as wrong as all") {
    std::string wrong = path;
    wrong[1] = 'f';
    for (const std::string& asked : {wrong, std::string("/"), std::string(), std::string("/api/types"), "//" + token,
                                     "/" + token + "0/", "/" + token.substr(0, 31) + "/"})
        CHECK(status_of(caller("127.0.0.1:8123", asked)) == 403);
    std::string with_zero = "/" + token;
    with_zero.push_back('\0');
    CHECK(status_of(caller("127.0.0.1:8123", with_zero)) == 403);
}

TEST_CASE("It can be read and nothing else, and who lacks the token does not learn even that") {
    Caller asking = caller("127.0.0.1:8123");
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
        asking.method = method;
        asking.path = path;
        CHECK(status_of(asking) == 405);
        asking.path = "/";
        CHECK(status_of(asking) == 403);
    }
    asking.method = "HEAD";
    asking.path = path;
    CHECK(status_of(asking) == 200);
}

TEST_CASE("What stands behind the token is what is asked for") {
    const Door door(token, 8123);
    CHECK(door.inside(path) == "api/types");
    CHECK(door.inside("/" + token + "/") == "");
    CHECK(door.inside("/" + token) == "");
    CHECK(door.address() == "http://127.0.0.1:8123/" + token + "/");
}

}  // namespace heapkit::viewer
